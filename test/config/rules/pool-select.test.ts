import { expect, test } from "vitest";
import { ofCluster } from "../federation-of";

const pool = (id: string, purpose: string, select: string, more = "") =>
  `${id}: {for: ${purpose}, select: {${select}}, vcpu: 8, memory: 64Gi, maxNodes: 3${more}}`;
const pools = (...all: string[]) => ofCluster("", all.join(", "));

test("two pools of the same nodes", () => {
  expect(pools(pool("one", "user", "role: x, disk: ssd"), pool("two", "dask", "disk: ssd, role: x"))).toMatchObject([
    {
      code: "pool-select",
      line: 7,
      path: "cluster.pools.two.select",
      message: "these are the nodes of pool one: the labels are the same",
      fix: "select by labels that only these nodes have",
    },
  ]);
});

test("labels that another pool's nodes have too", () => {
  expect(pools(pool("big", "user", "role: user, size: big"), pool("all", "user", "role: user"))).toMatchObject([
    {
      path: "cluster.pools.all.select",
      message: "the nodes of pool big have these labels too, and no taint keeps pods away",
    },
  ]);
  expect(pools(pool("any", "core", ""), pool("user", "user", "role: user", ", tolerate: []"))).toMatchObject([
    { path: "cluster.pools.any.select" },
  ]);
});

test("labels of their own, and nodes that a taint keeps apart", () => {
  expect(pools(pool("one", "user", "role: x"), pool("two", "user", "role: y"))).toEqual([]);
  expect(pools(pool("all", "user", "zone: a"), pool("dask", "dask", "zone: a, role: dask"))).toEqual([]);
  expect(pools(pool("all", "user", "zone: a"), pool("gpu", "user", "zone: a, gpu: a100", ", gpus: 1"))).toEqual([]);
});
