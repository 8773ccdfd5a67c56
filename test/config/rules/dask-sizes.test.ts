import { expect, test } from "vitest";
import { daskPool, ofHub, userPool } from "../federation-of";

const pools = `${userPool}, ${daskPool}`;
const hub = (dask: string, all = pools) => ofHub(`dask: {${dask}}`, all);

test("a cap below the smallest worker of a pool", () => {
  expect(hub("limits: {cluster: {memory: 1Gi}}")).toMatchObject([
    {
      code: "dask-sizes",
      line: 9,
      path: "hubs.prod.dask.limits.cluster",
      message: "no worker of pool dask fits into one cluster's cap",
      got: "100 cores, 1Gi",
      allowed: "at least 1 cores and 1.79Gi, the smallest worker of dask",
      fix: "raise it, or remove the pool",
    },
  ]);
  expect(hub("limits: {cluster: {memory: 2Gi}}")).toEqual([]);
});

test("a pool of nodes that hold no worker", () => {
  const tiny = "dask: {for: dask, select: {role: dask}, vcpu: 1, memory: 2Gi, maxNodes: 2}";
  expect(hub("", `${userPool}, ${tiny}`)).toMatchObject([
    { path: "cluster.pools.dask", message: "its nodes are too small for a Dask worker", fix: "use larger nodes" },
  ]);
});

test("a scheduler that no node of the smallest user pool holds, where schedulers run", () => {
  const big = "big: {for: user, select: {role: big}, vcpu: 32, memory: 256Gi, maxNodes: 2}";
  expect(hub("scheduler: {memory: 60Gi}", `${big}, ${pools}`)).toHaveLength(1);
  expect(hub("scheduler: {memory: 60Gi}")).toMatchObject([
    {
      path: "hubs.prod.dask.scheduler",
      message: "no node of pool user, where schedulers run, holds a scheduler of this size",
      got: "0.5 cores, 60Gi",
    },
  ]);
  expect(hub("scheduler: {cores: 4, memory: 32Gi}")).toEqual([]);
});
