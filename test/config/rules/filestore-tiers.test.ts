import { expect, test } from "vitest";
import { clusterYaml, gke, load } from "../federation-of";

/** Faults of homes on Filestore with these keys. */
const faults = (keys: string) =>
  load({
    "federation.yaml": clusterYaml.replace("  site: {storageClass: disks}\n", ""),
    "sites/a.yaml": gke({ rest: `budget: none\nhomes: {main: {kind: filestore${keys}}}\n` }),
  }).faults;

test("a size that its tier is not sold in", () => {
  expect(faults(", size: 500Gi")).toMatchObject([
    {
      code: "filestore-tiers",
      path: "homes.main.size",
      message: "Google has no zonal Filestore of 500Gi",
      got: "500Gi",
      allowed: "1024Gi to 9984Gi by 256Gi, or 10240Gi to 102400Gi by 2560Gi",
      fix: "write one of these",
    },
  ]);
  for (const keys of [
    ", size: 1100Gi",
    ", size: 11Ti",
    ", size: 103Ti",
    ", tier: regional, size: 99Gi",
    ", tier: basic, size: 512Gi, backups: none",
    ", tier: basic, size: 64Ti, backups: none",
  ])
    expect(faults(keys), keys).toMatchObject([{ code: "filestore-tiers", path: "homes.main.size" }]);
});

test("backups by the day of a tier that has none", () => {
  expect(faults(", tier: basic")).toMatchObject([
    {
      code: "filestore-tiers",
      path: "homes.main.backups",
      message: "no backups are taken of a basic Filestore by the day",
      fix: "write backups: none, and take them by hand, or another tier",
    },
  ]);
});

test("what is sold, and what is there already", () => {
  for (const keys of [
    "",
    ", size: 1280Gi",
    ", size: 10Ti",
    ", size: 12800Gi",
    ", tier: regional, size: 100Gi",
    ", tier: regional, size: 101Gi",
    ", tier: basic, backups: none, size: 1025Gi",
    ", tier: basic, existing: old",
  ])
    expect(faults(keys), keys).toEqual([]);
});
