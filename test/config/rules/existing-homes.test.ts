import { expect, test } from "vitest";
import { eks, ofEks, ofGke } from "../federation-of";

const homes = (main: string) => ofEks(eks("a").replace("{size: 100Gi, quota: 10Gi}", `{${main}}`));

test("what only its making can set, of a disk or a file system that exists", () => {
  const disk = "size: 100Gi, quota: 10Gi, existing: vol-0123456789abcdef0";
  expect(homes(`${disk}, snapshotDays: 5`)).toEqual([
    expect.stringContaining(
      "existing-homes homes.main.snapshotDays: these homes exist, and nothing of what they lie on",
    ),
  ]);
  expect(homes("kind: efs, existing: fs-0123456789abcdef0, coldAfterDays: 30, backups: none")).toEqual([
    expect.stringContaining("existing-homes homes.main.coldAfterDays"),
    expect.stringContaining("existing-homes homes.main.backups"),
  ]);
});

test("one that is made, or that says nothing of its making", () => {
  expect(homes("size: 100Gi, quota: 10Gi, snapshotDays: 5")).toEqual([]);
  expect(homes("size: 100Gi, quota: 10Gi, existing: vol-0123456789abcdef0")).toEqual([]);
  expect(homes("kind: efs, coldAfterDays: 30, backups: none")).toEqual([]);
  expect(homes("kind: efs, existing: fs-0123456789abcdef0")).toEqual([]);
});

test("the same of homes on Google Cloud", () => {
  expect(
    ofGke({ rest: "budget: none\nhomes: {main: {size: 10Gi, quota: 1Gi, existing: old, snapshotDays: 3}}\n" }),
  ).toEqual([expect.stringContaining("existing-homes homes.main.snapshotDays: these homes exist")]);
  expect(ofGke({ rest: "budget: none\nhomes: {main: {size: 10Gi, quota: 1Gi, existing: old}}\n" })).toEqual([]);
  const filestore = (keys: string) => ofGke({ rest: `budget: none\nhomes: {main: {kind: filestore${keys}}}\n` });
  expect(filestore(", existing: old, size: 2Ti, nodes: [10.0.0.0/24], backups: none, protect: none")).toEqual(
    ["size", "nodes", "backups", "protect"].map((key) =>
      expect.stringContaining(`existing-homes homes.main.${key}: these homes exist`),
    ),
  );
  expect(filestore(", existing: old, tier: regional")).toEqual([]);
  expect(filestore(", size: 2Ti, nodes: [10.0.0.0/24], backups: none, protect: none")).toEqual([]);
});
