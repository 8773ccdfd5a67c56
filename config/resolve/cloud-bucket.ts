import { bucketName } from "../names";

/** A bucket of a cloud, as the config has it. */
interface CloudBucketConfig {
  readonly purpose: "scratch" | "persistent" | "library";
  readonly public?: boolean | undefined;
  readonly existing?: string | undefined;
  readonly requesterPays?: boolean | undefined;
  readonly expire?: "none" | { readonly days: number } | undefined;
  readonly keepVersionsDays?: "none" | number | undefined;
  readonly coldAfterDays?: number | undefined;
}

/** Days that a store in scratch outlives its newest write, unless told otherwise. */
const scratchDays = 7;

/** Days that old versions of objects can be brought back, unless told otherwise. */
const versionDays = 30;

/** What a bucket is on every cloud that makes one. */
export function resolveCloudBucket(federation: string, site: string, id: string, bucket: CloudBucketConfig) {
  const scratch = bucket.purpose === "scratch";
  const asked = bucket.expire === undefined || bucket.expire === "none" ? null : bucket.expire.days;
  const kept = bucket.keepVersionsDays ?? (scratch ? "none" : versionDays);
  return {
    id,
    name: bucket.existing ?? bucketName(federation, site, id),
    purpose: bucket.purpose,
    public: bucket.public ?? false,
    existing: bucket.existing !== undefined,
    /** Readers of other accounts pay. */
    requesterPays: bucket.requesterPays ?? false,
    /** Days of `expire` as written, whatever the purpose; a rule wants it on scratch only. */
    expireAsked: asked,
    expireDays: scratch && bucket.existing === undefined && bucket.expire !== "none" ? (asked ?? scratchDays) : null,
    /** Null: the bucket keeps no versions. */
    keepVersionsDays: kept === "none" ? null : kept,
    coldAfterDays: bucket.coldAfterDays ?? null,
    /** Keys that only a bucket which is made can have, as written: a rule refuses them on others. */
    madeOnly: (["keepVersionsDays", "coldAfterDays"] as const).filter((key) => bucket[key] !== undefined) as string[],
  };
}

export type ResolvedCloudBucket = ReturnType<typeof resolveCloudBucket>;
