import type { S3BucketLifecycleConfigurationRule } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { inventoryFolder } from "../../config/aws-names";
import type { ResolvedAwsBucket } from "../../config/resolve/aws-site";
import { backstop, uploadDays } from "../bucket-ages";

/** A bucket whose lists lie in another one. */
export type ListedBucket = Pick<ResolvedAwsBucket, "id" | "name"> & {
  readonly inventory: NonNullable<ResolvedAwsBucket["inventory"]>;
};

/** What S3 itself removes or moves by age. Never a dataset: a store that lost its old chunks reads as fill values. `listed`: whose lists lie in it. */
export function lifecycleRules(
  bucket: ResolvedAwsBucket,
  listed: readonly ListedBucket[],
): S3BucketLifecycleConfigurationRule[] {
  const { keepVersionsDays, expireDays, coldAfterDays } = bucket;
  const rule = (id: string, rest: Omit<S3BucketLifecycleConfigurationRule, "id" | "status" | "filter">) => {
    return { id, status: "Enabled", filter: [{}], ...rest };
  };
  const lists = ({ id, name, inventory: { keepDays } }: ListedBucket) => ({
    ...rule(`lists-of-${id}`, { expiration: [{ days: keepDays }] }),
    filter: [{ prefix: `${inventoryFolder}/${name}/` }],
  });
  return [
    rule("unfinished-uploads", { abortIncompleteMultipartUpload: [{ daysAfterInitiation: uploadDays }] }),
    rule("old-versions", {
      noncurrentVersionExpiration: [{ noncurrentDays: keepVersionsDays ?? 1 }],
      // Rules that expire objects by age clear delete markers themselves, and S3 takes only one of the two.
      ...(expireDays === null ? { expiration: [{ expiredObjectDeleteMarker: true }] } : {}),
    }),
    ...(expireDays === null ? [] : [rule("scratch-backstop", { expiration: [{ days: backstop * expireDays }] })]),
    ...(coldAfterDays === null
      ? []
      : [rule("cold", { transition: [{ days: coldAfterDays, storageClass: "INTELLIGENT_TIERING" }] })]),
    ...listed.map(lists),
  ];
}
