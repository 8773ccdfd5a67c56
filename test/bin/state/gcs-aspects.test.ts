import { expect, test } from "vitest";
import { lacking, together } from "../../../bin/state/gcs-aspects";
import type { ResolvedGcsState } from "../../../config/resolve/state";

const kmsKey = "projects/p-state/locations/us/keyRings/r/cryptoKeys/k";
const place: ResolvedGcsState = {
  kind: "gcs",
  bucket: "demo-state",
  region: "us",
  anyRegion: true,
  project: null,
  root: "demo",
  kmsKey: null,
  endpoint: null,
};

test("a new bucket gets all at once", () => {
  const wanted = together(lacking({}, place), {}, place);
  expect(wanted).toEqual({
    iamConfiguration: { publicAccessPrevention: "enforced", uniformBucketLevelAccess: { enabled: true } },
    versioning: { enabled: true },
    lifecycle: {
      rule: [{ action: { type: "Delete" }, condition: { numNewerVersions: 20, daysSinceNoncurrentTime: 90 } }],
    },
    softDeletePolicy: { retentionDurationSeconds: 604_800 },
  });
  expect(lacking(wanted, place)).toEqual([]);
  // and its key, where the config names one
  expect(lacking(wanted, { ...place, kmsKey }).map(({ name }) => name)).toEqual(["encryption by its key"]);
  const keyed = { ...place, kmsKey };
  expect(together(lacking(wanted, keyed), wanted, keyed)).toEqual({ encryption: { defaultKmsKeyName: kmsKey } });
});

test("what Google sets by itself is not enough, and what others have set stays", () => {
  const theirs = { action: { type: "Delete" as const }, condition: { matchesPrefix: ["tmp/"], age: 3 } };
  const found = {
    iamConfiguration: { publicAccessPrevention: "inherited", uniformBucketLevelAccess: { enabled: true } },
    softDeletePolicy: { retentionDurationSeconds: "2592000" },
    lifecycle: { rule: [theirs] },
  };
  const lacks = lacking(found, place);
  expect(lacks.map(({ name }) => name)).toEqual(["public access prevention", "versions", "an end of old versions"]);
  expect(together(lacks, found, place)).toEqual({
    iamConfiguration: { publicAccessPrevention: "enforced" },
    versioning: { enabled: true },
    lifecycle: { rule: [theirs, expect.objectContaining({ action: { type: "Delete" } })] },
  });
});

test("a rule of their own that ends old versions is enough, and a shorter soft delete is not", () => {
  const rule = { action: { type: "Delete" as const }, condition: { isLive: false, age: 30 } };
  const names = lacking({ lifecycle: { rule: [rule] }, softDeletePolicy: { retentionDurationSeconds: 0 } }, place).map(
    ({ name }) => name,
  );
  expect(names).not.toContain("an end of old versions");
  expect(names).toContain("soft delete");
});
