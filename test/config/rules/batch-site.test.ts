import { expect, test } from "vitest";
import { faultsOf, slurm } from "../federation-of";

const of = (change: (text: string) => string) => faultsOf({ "sites/a.yaml": change(slurm("a", 9000)) });
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJmF0aGUtaG9zdHMta2V5LW9mLWEtdGVzdC0wMDA";
const over = (user: string) => (text: string) =>
  text.replace("login: here", `login: {kind: ssh, host: login1.example, user: ${user}, hostKey: "${key}"}`);

test("jobs that would not find the hub", () => {
  expect(of((text) => text.replace(/network.*\n/, ""))).toEqual([
    "sites/a.yaml:1:1 batch-site network: jobs are not told where to find the hub: the machine's address on the cluster's network is missing",
  ]);
  expect(of((text) => text.replace("{port", "{host: 10.0.0.4, port"))).toEqual([
    "sites/a.yaml:6:16 batch-site listen.host: with a batch system and without a certificate the site listens at `network.hubAddress`",
  ]);
});

test("jobs that would ask hubs by https where the site has no certificate", () => {
  const encrypted = (text: string) => text.replace("login1-int}", "login1-int, encrypt: true}");
  expect(of(encrypted)).toEqual([
    "sites/a.yaml:8:44 batch-site network.encrypt: jobs would ask hubs at the site's https address, and it has no certificate",
  ]);
  const tls = "domain: p.a.example\ntls: {kind: files, certificate: /c.pem, key: /c.key}\n";
  expect(of((text) => encrypted(text) + tls)).toEqual([]);
});

test("jobs that would find nothing to run", () => {
  const message =
    "batch-site storage.root: jobs run from the site's directory, which must be at one path on all machines";
  expect(of((text) => text.replace(/storage.*\n/, ""))).toEqual([`sites/a.yaml:1:1 ${message}`]);
  expect(of((text) => text.replace("/p/a", "p/a"))).toEqual([`sites/a.yaml:7:17 ${message}`]);
});

test("a site that jobs find, here or over SSH as root", () => {
  expect(of((text) => text)).toEqual([]);
  expect(of(over("root"))).toEqual([]);
});
