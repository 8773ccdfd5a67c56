import { expect, test } from "vitest";
import { clusterYaml, mainHome, ofCluster, userPool } from "../federation-of";

const hubs = (count: number) =>
  `${mainHome}tls: {kind: ahead, from: [10.1.0.7/32]}\nhubs:\n${Array.from({ length: count }, (_, i) => `  college-${i}: {use: college}\n`).join("")}`;
const top = `${clusterYaml}templates: {college: {cull: {idleMinutes: 30}}}\n`;
const core = (keys: string) => `core: {for: core, select: {role: core}, vcpu: 8, memory: 32Gi, ${keys}}`;
const site = (count: number, keys: string, rest = "") =>
  ofCluster(hubs(count) + rest, `${userPool}, ${core(keys)}`, top);

test("more databases than nodes take disks", () => {
  expect(site(95, "maxNodes: 4")).toMatchObject([
    {
      code: "node-volumes",
      line: 7,
      path: "cluster.pools.core.maxNodes",
      message: "95 hubs and the services have 97 disks, and the nodes where they run take 64",
      got: "4",
      allowed: "at least 7",
      fix: "raise it, or write `volumes` where a node takes more",
    },
  ]);
});

test("nodes enough, nodes that take more, nothing beside the hubs", () => {
  expect(site(95, "maxNodes: 7")).toEqual([]);
  expect(site(95, "maxNodes: 4, volumes: 25")).toEqual([]);
  expect(site(47, "maxNodes: 3", "monitoring: none\n")).toEqual([]);
  expect(site(47, "maxNodes: 3")).toHaveLength(1);
});
