import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fullDisks } from "../../../bin/hub/room";
import type { ResolvedHpcSite } from "../../../config/resolve/site";

test("places on a full disk are named with the next step, others are not", () => {
  const root = mkdtempSync(join(tmpdir(), "isthmus-room-"));
  try {
    for (const place of ["buckets/scratch", "buckets/library", "home"])
      mkdirSync(join(root, place), { recursive: true });
    const site = { buckets: [{ name: "scratch" }, { name: "library" }] } as unknown as ResolvedHpcSite;
    const told = fullDisks({ root, site }, (place) => (place.endsWith("library") ? 2_500_000 : 2 ** 30));
    expect(told).toEqual([
      `the disk of ${root}/buckets/library is full (2 MB free): free some there, then run the program again`,
    ]);
    expect(fullDisks({ root, site }, () => undefined)).toEqual([]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
