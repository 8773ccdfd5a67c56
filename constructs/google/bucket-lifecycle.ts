import type { StorageBucketLifecycleRule } from "@cdktf/provider-google/lib/storage-bucket";
import { usageFolder } from "../../config/google-names";
import type { ResolvedGoogleBucket } from "../../config/resolve/google-site";
import { backstop, uploadDays } from "../bucket-ages";

/** A bucket whose use is logged in another one. */
export type LoggedBucket = Pick<ResolvedGoogleBucket, "name"> & {
  readonly usageLogs: NonNullable<ResolvedGoogleBucket["usageLogs"]>;
};

/** What Google itself removes by age. Never a dataset: a store that lost its old chunks reads as fill values. `logged`: whose logs lie in it. */
export function lifecycleRules(
  bucket: ResolvedGoogleBucket,
  logged: readonly LoggedBucket[],
): StorageBucketLifecycleRule[] {
  const { keepVersionsDays, expireDays } = bucket;
  const rule = (type: string, condition: StorageBucketLifecycleRule["condition"]) => ({ action: { type }, condition });
  return [
    rule("AbortIncompleteMultipartUpload", { age: uploadDays }),
    // Taking versions away again leaves those that are there, which this clears.
    rule("Delete", { daysSinceNoncurrentTime: keepVersionsDays ?? 1, withState: "ARCHIVED" }),
    ...(expireDays === null ? [] : [rule("Delete", { age: backstop * expireDays, withState: "LIVE" })]),
    ...logged.map(({ name, usageLogs: { keepDays } }) =>
      rule("Delete", { age: keepDays, withState: "LIVE", matchesPrefix: [`${usageFolder}/${name}/`] }),
    ),
  ];
}
