import { expect, test } from "vitest";
import { ofHub, userPool } from "../federation-of";

const gpuPool = (gpus: number) =>
  `gpu: {for: user, select: {role: gpu}, vcpu: 16, memory: 128Gi, gpus: ${gpus}, maxNodes: 2}`;
const torch = (gpu: number, pools: string) =>
  ofHub(`profiles: {torch: {title: T, image: "quay.io/pangeo/pytorch-notebook:1", gpu: ${gpu}}}`, pools);

test("GPUs where no node has any, or so many", () => {
  expect(torch(1, userPool)).toMatchObject([
    {
      code: "profile-gpus",
      line: 9,
      path: "hubs.prod.profiles.torch.gpu",
      message: "no user pool of the site has GPUs",
      got: "1",
      fix: "remove it, or add a user pool with `gpus`",
    },
  ]);
  expect(torch(4, `${userPool}, ${gpuPool(2)}`)).toMatchObject([
    { message: "no node of a user pool has so many GPUs", got: "4", allowed: "at most 2", fix: "lower it" },
  ]);
});

test("a profile without GPUs where every node has some", () => {
  expect(torch(1, gpuPool(1))).toMatchObject([
    {
      file: "federation.yaml",
      path: "defaults.hub.profiles.small",
      message: "every user pool of the site has GPUs, which this profile would leave idle",
    },
  ]);
});

test("as many as a node has, or a part of them", () => {
  expect(torch(2, `${userPool}, ${gpuPool(2)}`)).toEqual([]);
  expect(torch(1, `${userPool}, ${gpuPool(4)}`)).toEqual([]);
});
