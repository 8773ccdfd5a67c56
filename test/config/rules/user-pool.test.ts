import { expect, test } from "vitest";
import { daskPool, ofCluster, userPool } from "../federation-of";

test("hubs, and no pool for their users", () => {
  expect(ofCluster("hubs: {prod: {expires: 2199-01-01}}\n", daskPool)).toMatchObject([
    {
      code: "user-pool",
      line: 7,
      path: "cluster.pools",
      message: "the site has hubs, and no pool for their users",
      fix: "name the nodes of a pool with for: user",
    },
  ]);
});

test("a pool for them, and a site without hubs", () => {
  expect(ofCluster("hubs: {prod: {expires: 2199-01-01}}\n", userPool)).toEqual([]);
  expect(ofCluster("", daskPool)).toEqual([]);
});
