import { expect, test } from "vitest";
import { clusterYaml, daskPool, mainHome, ofCluster, userPool } from "../federation-of";

/** A line a hub, all by one template; the zone gives them a wildcard certificate. */
const hubs = (count: number) =>
  `${mainHome}dns: {kind: rfc2136, server: ns1.fed.example, zone: fed.example, keyName: k, key: {env: D}}\nhubs:\n${Array.from({ length: count }, (_, i) => `  college-${i}: {use: college}\n`).join("")}`;
const top = (dask: string) => `${clusterYaml}templates: {college: {cull: {idleMinutes: 30}${dask}}}\n`;
const core = (keys: string) => `core: {for: core, select: {role: core}, vcpu: 8, memory: 32Gi, volumes: 99, ${keys}}`;

test("ninety-five hubs on two nodes", () => {
  // Two pods each; services, a home, the gateway's six and the monitoring are 18.
  expect(ofCluster(hubs(95), `${userPool}, ${core("maxNodes: 2")}`, top(""))).toMatchObject([
    {
      code: "node-pods",
      line: 7,
      path: "cluster.pools.core.maxNodes",
      message: "95 hubs and the services are 208 pods, and the nodes where they run take 200",
      got: "2",
      allowed: "at least 3",
      fix: "raise it",
    },
  ]);
  expect(ofCluster(hubs(95), `${userPool}, ${core("maxNodes: 3")}`, top(""))).toEqual([]);
});

test("three more each with Dask, and nodes that take fewer", () => {
  const pools = `${userPool}, ${daskPool}, ${core("maxNodes: 4")}`;
  expect(ofCluster(hubs(95), pools, top(""))).toMatchObject([{ allowed: "at least 5" }]);
  const few = `${userPool}, ${core("pods: 30, maxNodes: 10")}`;
  expect(ofCluster(hubs(95), few, top(""))).toMatchObject([{ allowed: "at least 11" }]);
});

test("without a core pool, on the users' nodes", () => {
  const user = (nodes: number) =>
    `user: {for: user, select: {role: user}, vcpu: 8, memory: 64Gi, volumes: 99, maxNodes: ${nodes}}`;
  expect(ofCluster(hubs(95), user(2), top(""))).toMatchObject([{ path: "cluster.pools.user.maxNodes" }]);
  expect(ofCluster(hubs(95), user(3), top(""))).toEqual([]);
});
