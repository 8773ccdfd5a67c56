import { expect, test } from "vitest";
import { faultsOf, hpc, siteOf, slurm } from "../federation-of";

const lake = (keys: string) => `lake: {buckets: {b: {purpose: scratch${keys}}}}\n`;
const onSlurm = (keys: string) => ({ "sites/a.yaml": slurm("a", 9000, lake(keys)) });

test("users' files where there are no users, or where none may enter", () => {
  expect(faultsOf({ "sites/a.yaml": hpc("a", 9000, lake(", path: /p/scratch, expire: own-files")) })).toEqual([
    expect.stringMatching(/own-files lake.buckets.b.expire: without a batch system every file is the site's own$/),
  ]);
  expect(faultsOf(onSlurm(", expire: {days: 9, ownFiles: true}"))).toEqual([
    expect.stringContaining("own-files lake.buckets.b.expire: no user may enter the site's own root"),
  ]);
});

test("in a directory of a batch system's users, after seven days or as many as are written", () => {
  const expiryOf = (keys: string) => {
    expect(faultsOf(onSlurm(keys))).toEqual([]);
    const { expireDays, ownFiles } = siteOf(onSlurm(keys), "a").buckets[0] ?? {};
    return { expireDays, ownFiles };
  };
  expect(expiryOf(", path: /p/scratch, expire: own-files")).toEqual({ expireDays: 7, ownFiles: true });
  expect(expiryOf(", path: /p/scratch, expire: {days: 30, ownFiles: true}")).toEqual({
    expireDays: 30,
    ownFiles: true,
  });
  expect(expiryOf(", path: /p/scratch, expire: {days: 30, ownFiles: false}")).toEqual({ expireDays: 30 });
  expect(expiryOf(", expire: {days: 30}")).toEqual({ expireDays: 30 });
});

test("nothing but scratch, and nothing that existed before", () => {
  for (const keys of ["purpose: library", "purpose: scratch, existing: old"]) {
    const text = `lake: {buckets: {b: {${keys}, path: /p/old, expire: own-files}}}\n`;
    expect(faultsOf({ "sites/a.yaml": slurm("a", 9000, text) }), keys).toEqual([
      expect.stringContaining("expiry-is-scratch-only lake.buckets.b.expire"),
    ]);
  }
});
