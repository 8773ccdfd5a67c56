import { describe, expect, test } from "vitest";
import { clusterYaml, kubernetes, load, ofCluster } from "../federation-of";

const homes = (nodes: string) => ofCluster(`homes: {main: {size: 100Gi, quota: 10Gi, nodes: [${nodes}]}}\n`);

describe("of nodes, which mount all homes", () => {
  test("the whole internet, and half of it", () => {
    expect(homes("10.30.0.0/24, 0.0.0.0/0")).toMatchObject([
      {
        code: "wide-networks",
        line: 8,
        path: "homes.main.nodes[1]",
        message: "this range is wider than any private network",
        got: "0.0.0.0/0",
        allowed: "ADDRESS/BITS with at least 8 bits",
        fix: "write the nodes' addresses alone",
      },
    ]);
    expect(homes("0.0.0.0/1, 128.0.0.0/1").map(({ path }) => path)).toEqual([
      "homes.main.nodes[0]",
      "homes.main.nodes[1]",
    ]);
  });

  test("a range that a cluster may have", () => {
    expect(homes("10.0.0.0/8, 192.0.2.7/32")).toEqual([]);
  });
});

test("of the ingress, which users' pods may reach", () => {
  const ingress = (networks: string) => ofCluster(`ingress: {networks: [${networks}]}\n`);
  expect(ingress("0.0.0.0/0")).toMatchObject([
    { code: "wide-networks", path: "ingress.networks[0]", fix: "write the networks of the ingress alone" },
  ]);
  expect(ingress("10.1.2.3/32")).toEqual([]);
});

test("of what ends TLS before the cluster", () => {
  const ahead = (from: string) => ofCluster(`tls: {kind: ahead, from: [${from}]}\n`);
  expect(ahead("0.0.0.0/0")).toMatchObject([
    { code: "wide-networks", path: "tls.from[0]", fix: "write the addresses of what ends TLS alone" },
  ]);
  expect(ahead("10.1.0.7/32, 173.245.48.0/20")).toEqual([]);
});

describe("of the store, which users' pods may reach", () => {
  const store = (networks: string) => {
    const site = kubernetes("a").replace("objectStore: {", `objectStore: {networks: [${networks}], `);
    return load({ "federation.yaml": clusterYaml, "sites/a.yaml": site }).faults;
  };

  test("all private addresses at once", () => {
    expect(store("0.0.0.0/0")).toMatchObject([
      { code: "wide-networks", path: "objectStore.networks[0]", fix: "write the store's networks alone" },
    ]);
  });

  test("a private network", () => {
    expect(store("10.0.0.0/8")).toEqual([]);
  });
});
