import { expect, test } from "vitest";
import { hpc, load } from "../federation-of";

const dask = (value: string) =>
  load({ "sites/a.yaml": hpc("a", 9000, `hubs: {prod: {ports: 9010, dask: ${value}}}\n`) }).faults;

test("a worker larger than its cluster may be", () => {
  expect(dask("{worker: {cores: 8, memory: 16Gi}}")).toMatchObject([
    {
      path: "hubs.prod.dask.worker.cores",
      message: "more than limits.cluster.cores allows",
      got: "8 cores",
      allowed: "at most 4 cores",
      fix: "lower it, or raise limits.cluster.cores",
    },
    {
      path: "hubs.prod.dask.worker.memory",
      message: "more than limits.cluster.memory allows",
      got: "16Gi",
      allowed: "at most 8Gi",
    },
  ]);
});

test("a cap above the next wider one, written or default", () => {
  expect(dask("{limits: {cluster: {cores: 20}}}")).toMatchObject([
    {
      code: "dask-limits",
      line: 7,
      col: 61,
      path: "hubs.prod.dask.limits.cluster.cores",
      message: "more than limits.user.cores allows",
      allowed: "at most 8 cores",
    },
  ]);
  expect(dask("{limits: {hub: {cores: 4}}}")).toMatchObject([
    {
      line: 7,
      path: "hubs.prod.dask.limits.user.cores",
      message: "more than limits.hub.cores allows",
      got: "8 cores",
      allowed: "at most 4 cores",
    },
  ]);
});

test("defaults, none, and sizes that just fit", () => {
  expect(dask("none")).toEqual([]);
  expect(dask("{}")).toEqual([]);
  expect(dask("{worker: {cores: 4, memory: 8Gi}, limits: {user: {cores: 4}, hub: {cores: 4}}}")).toEqual([]);
});
