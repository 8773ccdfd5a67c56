import { expect, test } from "vitest";
import { eks, ofEks } from "../federation-of";

const machines = (types: string, rest = "") =>
  ofEks(eks("a").replace("machines: [r7i.xlarge]", `machines: [${types}]${rest}`));

test("a machine of which nothing is known, and machines of several sizes", () => {
  expect(machines("r7i.3xlarge")).toEqual([
    expect.stringContaining("machine-types cluster.pools.user.machines: no facts of r7i.3xlarge are known here"),
  ]);
  expect(machines("r7i.xlarge, r7i.2xlarge")).toEqual([
    expect.stringContaining("machine-types cluster.pools.user.machines: r7i.2xlarge: not of the size and architecture"),
  ]);
  expect(machines("r7i.xlarge, r7g.xlarge").join(), "images of one architecture run on one").toContain("machine-types");
});

test("equal machines, or one whose size is written", () => {
  expect(machines("r7i.xlarge, r6i.xlarge, r5.xlarge")).toEqual([]);
  expect(machines("r99i.xlarge", ", vcpu: 4, memory: 32Gi")).toEqual([]);
});
