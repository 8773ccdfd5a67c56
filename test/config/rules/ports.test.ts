import { expect, test } from "vitest";
import { faultsOf, hpc, load } from "../federation-of";

test("the next port after a site's is its S3 endpoint's", () => {
  expect(faultsOf({ "sites/a.yaml": hpc("a", 9000), "sites/b.yaml": hpc("b", 9001) })).toEqual([
    "sites/b.yaml:6:16 ports listen.port: ports 9001-9002 overlap with ports 9000-9001, listen.port of site a",
  ]);
  expect(faultsOf({ "sites/a.yaml": hpc("a", 9000), "sites/b.yaml": hpc("b", 9002) })).toEqual([]);
});

test("a hub takes ten", () => {
  const hubs = (one: number, two: number) => hpc("a", 9000, `hubs:\n  one: {ports: ${one}}\n  two: {ports: ${two}}\n`);
  const { faults } = load({ "sites/a.yaml": hubs(9001, 9010) });
  expect(faults).toMatchObject([
    {
      line: 8,
      path: "hubs.one.ports",
      message: "ports 9001-9010 overlap with ports 9000-9001, listen.port of site a",
      got: "9001",
      fix: "the next that are free: 9020",
    },
    {
      line: 9,
      path: "hubs.two.ports",
      message: "ports 9010-9019 overlap with ports 9001-9010, hubs.one.ports of site a",
      got: "9010",
      fix: "the next that are free: 9011",
    },
  ]);
  expect(faultsOf({ "sites/a.yaml": hubs(9002, 9012) })).toEqual([]);
});

test("hubs of two sites", () => {
  const site = (id: string, port: number, ports: number) => hpc(id, port, `hubs: {prod: {ports: ${ports}}}\n`);
  expect(faultsOf({ "sites/a.yaml": site("a", 9000, 9010), "sites/b.yaml": site("b", 9100, 9019) })).toEqual([
    "sites/b.yaml:7:22 ports hubs.prod.ports: ports 9019-9028 overlap with ports 9010-9019, hubs.prod.ports of site a",
  ]);
});

test("out of range", () => {
  expect(faultsOf({ "sites/a.yaml": hpc("a", 0, "hubs: {prod: {ports: 65527}}\n") })).toEqual([
    "sites/a.yaml:6:16 schema listen.port: out of range",
    "sites/a.yaml:7:22 schema hubs.prod.ports: out of range",
  ]);
});

const acme = (id: string, port: number, more = "", keys = "") =>
  hpc(id, port, `domain: ${id}.fed.example\ntls: {kind: acme, email: a@fed.example${more}}\n${keys}`);

test("where an ACME authority asks is another port", () => {
  expect(faultsOf({ "sites/a.yaml": acme("a", 80) })).toEqual([
    "sites/a.yaml:8:1 ports tls.httpPort: ports 80-80 overlap with ports 80-81, listen.port of site a",
  ]);
  expect(faultsOf({ "sites/a.yaml": acme("a", 443) })).toEqual([]);
  expect(
    faultsOf({
      "sites/a.yaml": acme("a", 443, ", httpPort: 8081", "hubs: {prod: {ports: 8080}}\n"),
    }),
  ).toContain(
    "sites/a.yaml:9:22 ports hubs.prod.ports: ports 8080-8089 overlap with ports 8081-8081, tls.httpPort of site a",
  );
});

test("one on each machine, and only one", () => {
  const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJmF0aGUtaG9zdHMta2V5LW9mLWEtdGVzdC0wMDA";
  const over = `login: {kind: ssh, host: far.example, user: b, hostKey: ${key}}`;
  const there = acme("b", 9000).replace("login: here", over);
  expect(faultsOf({ "sites/a.yaml": acme("a", 443), "sites/b.yaml": there })).toEqual([]);
  expect(faultsOf({ "sites/a.yaml": acme("a", 443), "sites/b.yaml": acme("b", 9000) })).toEqual([
    "sites/b.yaml:8:1 ports tls.httpPort: ports 80-80 overlap with ports 80-80, tls.httpPort of site a",
  ]);
});
