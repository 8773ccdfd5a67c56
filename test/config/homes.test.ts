import { expect, test } from "vitest";
import { clusterYaml, eks, gke, load, ofCluster } from "./federation-of";

/** Faults of a site on AWS with these homes. */
const ofHome = (main: string) =>
  load({
    "federation.yaml": clusterYaml.replace("  site: {storageClass: disks}\n", ""),
    "sites/a.yaml": eks("a").replace("{size: 100Gi, quota: 10Gi}", `{${main}}`),
  }).faults;

const elsewhere = "remove it, or use kind: nfs, which keeps one for each home";

test("a quota where nothing could enforce it is refused with the reason", () => {
  expect(ofHome("kind: efs, quota: 10Gi")).toMatchObject([
    {
      code: "schema",
      path: "homes.main.quota",
      message: "no quota: EFS knows none, and each user could fill it at everybody's cost",
      fix: elsewhere,
    },
  ]);
  const theirs = "{kind: export, server: nfs.example, path: /homes, quota: 10Gi}";
  expect(ofCluster(`homes: {main: ${theirs}}\n`)).toMatchObject([
    {
      path: "homes.main.quota",
      message: "no quota: nobody here could hold anybody to it on somebody else's server",
      fix: elsewhere,
    },
  ]);
});

test("what a disk has and EFS has not is told of EFS, whose kind was written", () => {
  expect(ofHome("kind: efs, size: 2Ti, quota: 10Gi, snapshotDays: 5").map(({ path, fix }) => [path, fix])).toEqual([
    ["homes.main.size", "remove it"],
    ["homes.main.quota", elsewhere],
    ["homes.main.snapshotDays", "remove it, or write backups: none"],
  ]);
});

test("a slip in the kind, and a kind that was left out", () => {
  expect(ofHome("kind: esf")).toMatchObject([{ path: "homes.main.kind" }]);
  expect(ofHome("server: nfs.example, path: /homes")).toMatchObject([{ path: "homes.main.kind" }]);
  expect(ofHome("kind: efs, coldAfterDays: 31")).toMatchObject([
    { path: "homes.main.coldAfterDays", allowed: "7, 30, 90, 365" },
  ]);
});

test("a key that every object of JavaScript has is unknown as any other: its reason was looked for where there is none", () => {
  expect(ofHome("kind: efs, hasOwnProperty: 1")).toMatchObject([
    { path: "homes.main.hasOwnProperty", message: 'unknown key "hasOwnProperty"' },
  ]);
});

test("the same on Google Cloud, where Filestore has another size for each tier", () => {
  const faults = (main: string) =>
    load({
      "federation.yaml": clusterYaml.replace("  site: {storageClass: disks}\n", ""),
      "sites/a.yaml": gke({ rest: `budget: none\nhomes: {main: {${main}}}\n` }),
    }).faults;
  expect(faults("kind: filestore, quota: 10Gi, snapshotDays: 5")).toMatchObject([
    {
      path: "homes.main.quota",
      message: "no quota: Filestore keeps none, so one user could fill it for all",
      fix: elsewhere,
    },
    { path: "homes.main.snapshotDays", fix: "remove it, or write backups: none" },
  ]);
  expect(faults("kind: efs")).toMatchObject([{ path: "homes.main.kind" }]);
  expect(faults("kind: filestore, tier: enterprise")).toMatchObject([
    { path: "homes.main.tier", allowed: "basic, zonal, regional" },
  ]);
  expect(faults("kind: export, server: nfs.example, path: /homes")).toEqual([]);
});
