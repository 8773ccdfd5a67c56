import { expect, test } from "vitest";
import { ofCluster, ofGke, userPool } from "../federation-of";

const spot = (purpose: string) =>
  ofCluster("", `x: {for: ${purpose}, select: {role: x}, vcpu: 8, memory: 64Gi, maxNodes: 3, spot: true}, ${userPool}`);

test("notebooks, schedulers and hubs on machines that are taken away", () => {
  expect(spot("user")).toMatchObject([
    {
      code: "spot-pools",
      path: "cluster.pools.x.spot",
      message: "what runs on a user pool must not be taken away",
      got: "true",
      allowed: "false; true only for: dask",
      fix: "remove it",
    },
  ]);
  expect(spot("core")).toMatchObject([{ message: "what runs on a core pool must not be taken away" }]);
});

test("Dask workers", () => {
  expect(spot("dask")).toEqual([]);
});

test("the same of a cluster on Google Cloud", () => {
  expect(ofGke({ pool: ", spot: true" })).toEqual([
    expect.stringContaining("spot-pools cluster.pools.user.spot: what runs on a user pool must not be taken away"),
  ]);
  expect(ofGke({ pool: ", spot: false" })).toEqual([]);
});
