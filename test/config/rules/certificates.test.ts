import { join } from "node:path";
import { expect, test } from "vitest";
import { loadFederation } from "../../../config/load";
import { clusterYaml, kubernetes, load, mainHome } from "../federation-of";

/** A line a hub, all by one template. */
const hubs = (count: number) =>
  `${mainHome}hubs:\n${Array.from({ length: count }, (_, i) => `  college-${i}: {use: college}\n`).join("")}`;
const top = `${clusterYaml}templates: {college: {cull: {idleMinutes: 30}}}\n`;
const core = "core: {for: core, select: {role: core}, vcpu: 8, memory: 32Gi, maxNodes: 8}";
const pools = `${core}, user: {for: user, select: {role: user}, vcpu: 8, memory: 64Gi, maxNodes: 10}`;
const faults = (...sites: string[]) =>
  load({ "federation.yaml": top, ...Object.fromEntries(sites.map((s, i) => [`sites/${i}.yaml`, s])) }).faults;
const zone = "dns: {kind: rfc2136, server: ns1.fed.example, zone: fed.example, keyName: k, key: {env: D}}\n";

test("ninety-five hubs without a wildcard certificate", () => {
  expect(faults(kubernetes("a", hubs(95), pools))).toMatchObject([
    {
      code: "certificates",
      path: "dns",
      message: "97 hosts below fed.example would each need a certificate",
      allowed: "50 a week",
      fix: "write dns: {kind: rfc2136, ...}, which makes one wildcard certificate, or tls: {kind: issuer, ...}",
    },
  ]);
});

test("sites of one registered domain, together", () => {
  const two = (a: string, b: string) =>
    faults(
      kubernetes("a", hubs(20), pools).replace("a.fed.example", a),
      kubernetes("b", hubs(29), pools).replace("b.fed.example", b),
    );
  expect(two("a.fed.example", "b.fed.example")).toMatchObject([
    { file: "sites/1.yaml", message: "53 hosts at 2 sites below fed.example would each need a certificate" },
  ]);
  expect(two("a.one.example", "b.two.example")).toEqual([]);
  expect(two("a.one.ac.uk", "b.two.ac.uk")).toEqual([]);
  expect(two("a.one.ac.uk", "b.one.ac.uk")).toMatchObject([{ code: "certificates" }]);
});

test("a wildcard, another authority, or as many as there are", () => {
  expect(faults(kubernetes("a", hubs(95) + zone, pools))).toEqual([]);
  expect(faults(kubernetes("a", `${hubs(95)}tls: {kind: issuer, name: campus-ca}\n`, pools))).toEqual([]);
  expect(
    faults(kubernetes("a", `${hubs(95)}tls: {kind: acme, server: "https://acme.fed.example/dir"}\n`, pools)),
  ).toEqual([]);
  expect(faults(kubernetes("a", hubs(48), pools))).toEqual([]);
});

test("the example of ninety-five colleges", () => {
  const { federation, faults: found } = loadFederation(
    join(__dirname, "../../../config/federations/campus/federation.yaml"),
  );
  expect(found).toEqual([]);
  expect(federation?.sites[0]?.hubs).toHaveLength(95);
});
