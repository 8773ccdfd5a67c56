import { expect, test } from "vitest";
import { showWays, waysOf } from "../../../bin/status/ports";
import { hpc, siteOf, slurm } from "../../config/federation-of";

const hubs =
  "hubs: {prod: {ports: 9010, allow: {users: [ann]}}, course: {ports: 9020, allow: {users: [ann]}, dask: none}}\n";
const tls = "domain: p.a.example\ntls: {kind: acme, email: ops@a.example}\n";
const encrypted = (text: string) =>
  text.replace("login1-int}", "login1-int, notebookPorts: 40000-40999, encrypt: true}");
const ways = (text: string) => waysOf(siteOf({ "sites/a.yaml": text }, "a"));

test("every way between people, the site's machine and compute nodes, and what can be read on it", () => {
  expect(showWays({ a: { ways: ways(slurm("a", 9000, hubs)) } })).toBe(`a: please let through, by TCP
  from           to             port  for
  people         login1-int     9000  hubs, data, catalog                          in the clear
  compute nodes  login1-int     9000  hubs, data, catalog                          in the clear
  people         login1-int     9001  S3                                           in the clear
  compute nodes  login1-int     9001  S3                                           in the clear
  compute nodes  login1-int     9012  hub prod                                     in the clear
  compute nodes  login1-int     9022  hub course                                   in the clear
  compute nodes  login1-int     9013  Dask Gateway of prod                         in the clear
  compute nodes  login1-int     9014  Dask of prod                                 TLS
  login1-int     compute nodes  any   notebooks                                    in the clear
  login1-int     compute nodes  any   Dask's schedulers                            TLS
  login1-int     compute nodes  any   Dask's dashboards, and orders to schedulers  in the clear
  compute nodes  compute nodes  any   workers of the gateway's clusters            TLS
  compute nodes  compute nodes  any   workers of dask-jobqueue's clusters          in the clear`);
});

test("with network.encrypt jobs ask nothing but the site's own https address, and Dask", () => {
  expect(ways(encrypted(slurm("a", 9000, tls + hubs)))).toEqual([
    ...["people", "compute nodes"].map((from) => way(from, "p.a.example", "9000", "hubs, data, catalog", true)),
    ...["people", "compute nodes"].map((from) => way(from, "p.a.example", "9001", "S3", true)),
    way("anybody", "p.a.example", "80", "proof of its name by ACME", false),
    way("compute nodes", "login1-int", "9014", "Dask of prod", true),
    way("login1-int", "compute nodes", "40000-40999", "notebooks", true),
    way("login1-int", "compute nodes", "any", "Dask's schedulers", true),
    way("login1-int", "compute nodes", "any", "Dask's dashboards, and orders to schedulers", false),
    way("compute nodes", "compute nodes", "any", "workers of the gateway's clusters", true),
    way("compute nodes", "compute nodes", "any", "workers of dask-jobqueue's clusters", false),
  ]);
});

function way(from: string, to: string, ports: string, what: string, encrypted: boolean) {
  return { from, to, ports, what, encrypted };
}

test("a site of one machine has no such ways", () => {
  expect(ways(hpc("a", 9000, "hubs: {prod: {ports: 9010}}\n"))).toEqual([]);
  expect(showWays({ a: {} })).toBe("no site with a batch system: nothing but each site's own ports");
});
