import { expect, test } from "vitest";
import { ofCluster } from "../federation-of";

const user = "user: {for: user, select: {role: user}, vcpu: 8, memory: 64Gi, maxNodes: 2}";
const copies = (replicas: string) => ofCluster(`zarrGateway: {replicas: {${replicas}}}`, user);

test("more copies at least than at most", () => {
  expect(copies("min: 7, max: 3")).toMatchObject([
    {
      code: "gateway-replicas",
      path: "zarrGateway.replicas.min",
      message: "more copies at least than at most",
      got: "7",
      allowed: "at most 3",
      fix: "lower it, or raise max",
    },
  ]);
});

test.each(["min: 7", "max: 1", "min: 3, max: 3"])("what is not said follows what is: %s", (replicas) => {
  expect(copies(replicas)).toEqual([]);
});
