import { expect, test } from "vitest";
import { eks, ofEks, ofGke } from "../federation-of";

const retiring = (machine: string) => `retiring: {user: {for: user, machines: [${machine}], maxNodes: 9}}`;

test("nodes that the pool has now", () => {
  expect(ofEks(eks("a", { keys: retiring("r7i.xlarge") }))).toEqual([
    expect.stringContaining("retiring-pools cluster.retiring.user: these are the nodes that the pool has now"),
  ]);
});

test("nodes of before a change", () => {
  expect(ofEks(eks("a", { keys: retiring("r5.xlarge") }))).toEqual([]);
});

test("on Google Cloud: nodes that the pool has now, and those of before a change", () => {
  const retiring = (machine: string) => `retiring: {user: {for: user, machines: [${machine}], maxNodes: 5}}`;
  expect(ofGke({ keys: retiring("n2-highmem-4") })).toEqual([
    expect.stringContaining("retiring-pools cluster.retiring.user: these are the nodes that the pool has now"),
  ]);
  expect(ofGke({ keys: retiring("n2-highmem-8") })).toEqual([]);
});
