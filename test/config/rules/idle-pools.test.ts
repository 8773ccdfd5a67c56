import { expect, test } from "vitest";
import { daskPool, ofCluster, ofHub, userPool } from "../federation-of";

const gpuPool = (purpose: string) =>
  `gpu: {for: ${purpose}, select: {role: gpu}, vcpu: 8, memory: 64Gi, gpus: 1, maxNodes: 2}`;

test("a dask pool where no hub has Dask", () => {
  expect(ofHub("dask: none", `${userPool}, ${daskPool}`)).toMatchObject([
    {
      code: "idle-pools",
      line: 7,
      path: "cluster.pools.dask",
      message: "no hub of the site has Dask, so nothing ever runs on these nodes",
      fix: "remove the pool, or `dask: none` from a hub",
    },
  ]);
  expect(ofHub("", `${userPool}, ${daskPool}`)).toEqual([]);
  expect(ofCluster("", `${userPool}, ${daskPool}`)).toEqual([]);
});

test("GPUs that no profile asks for", () => {
  expect(ofHub("", `${userPool}, ${gpuPool("user")}`)).toMatchObject([
    { path: "cluster.pools.gpu", message: "no profile of a hub asks for a GPU, so nothing ever runs on these nodes" },
  ]);
  const torch = 'profiles: {torch: {title: T, image: "quay.io/pangeo/pytorch-notebook:1", gpu: 1}}';
  expect(ofHub(torch, `${userPool}, ${gpuPool("user")}`)).toEqual([]);
});

test("GPUs of a pool that no notebook runs on", () => {
  expect(ofHub("", `${userPool}, ${gpuPool("dask")}`)).toMatchObject([
    {
      path: "cluster.pools.gpu.gpus",
      message: "only notebooks are given GPUs, and this pool is for: dask",
      fix: "remove it, or make it a user pool",
    },
  ]);
});
