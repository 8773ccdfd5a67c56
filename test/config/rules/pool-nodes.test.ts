import { expect, test } from "vitest";
import { ofCluster, ofGke } from "../federation-of";

const nodes = (least: number, most: number) =>
  ofCluster(
    "",
    `user: {for: user, select: {role: user}, vcpu: 8, memory: 64Gi, minNodes: ${least}, maxNodes: ${most}}`,
  );

test("more nodes always than ever", () => {
  expect(nodes(3, 2)).toMatchObject([
    {
      code: "pool-nodes",
      line: 7,
      col: 92,
      path: "cluster.pools.user.minNodes",
      message: "more nodes are always there than there may be",
      got: "3",
      allowed: "at most 2",
      fix: "lower it, or raise maxNodes",
    },
  ]);
});

test("as many", () => {
  expect(nodes(2, 2)).toEqual([]);
});

test("the same of a cluster on Google Cloud", () => {
  expect(ofGke({ pool: ", minNodes: 11" })).toEqual([
    expect.stringContaining("pool-nodes cluster.pools.user.minNodes: more nodes are always there"),
  ]);
  expect(ofGke({ pool: ", minNodes: 10" })).toEqual([]);
});
