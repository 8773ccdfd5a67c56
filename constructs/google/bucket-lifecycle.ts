import type { StorageBucketLifecycleRule } from "@cdktf/provider-google/lib/storage-bucket";
import type { ResolvedGoogleBucket } from "../../config/resolve/google-site";

/** Days after which parts of uploads that nobody finished go. */
const uploadDays = 7;

/** How often the days of scratch Google waits before it removes by object what the site has not removed by store. */
const backstop = 3;

/** What Google itself removes by age. Never a dataset: a store that lost its old chunks reads as fill values. */
export function lifecycleRules(bucket: ResolvedGoogleBucket): StorageBucketLifecycleRule[] {
  const { keepVersionsDays, expireDays } = bucket;
  const rule = (type: string, condition: StorageBucketLifecycleRule["condition"]) => ({ action: { type }, condition });
  return [
    rule("AbortIncompleteMultipartUpload", { age: uploadDays }),
    // Taking versions away again leaves those that are there, which this clears.
    rule("Delete", { daysSinceNoncurrentTime: keepVersionsDays ?? 1, withState: "ARCHIVED" }),
    ...(expireDays === null ? [] : [rule("Delete", { age: backstop * expireDays, withState: "LIVE" })]),
  ];
}
