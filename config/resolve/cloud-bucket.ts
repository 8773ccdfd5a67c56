import { bucketName } from "../names";
import { expiryOf } from "./lake";

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

/** What of its lake a bucket must know. */
interface CloudLakeConfig {
  readonly encryption?: { readonly kind: string } | undefined;
}

/** Days that old versions of objects can be brought back, unless told otherwise. */
const versionDays = 30;

/** What a bucket is on every cloud that makes one. */
export function resolveCloudBucket(
  federation: string,
  { site, lake }: { readonly site: string; readonly lake: CloudLakeConfig },
  id: string,
  bucket: CloudBucketConfig,
) {
  const kept = bucket.keepVersionsDays ?? (bucket.purpose === "scratch" ? "none" : versionDays);
  return {
    id,
    name: bucket.existing ?? bucketName(federation, site, id),
    purpose: bucket.purpose,
    public: bucket.public ?? false,
    existing: bucket.existing !== undefined,
    /** Readers of other accounts pay. */
    requesterPays: bucket.requesterPays ?? false,
    ...expiryOf(bucket),
    /** Null: the bucket keeps no versions. */
    keepVersionsDays: kept === "none" ? null : kept,
    coldAfterDays: bucket.coldAfterDays ?? null,
    /** Encrypted by the site's own key. Nobody without a right on it can use one, so what is public is encrypted by the cloud's own. */
    ownKey: lake.encryption?.kind === "kms" && !bucket.public && bucket.existing === undefined,
    /** Keys that only a bucket which is made can have, as written: a rule refuses them on others. */
    madeOnly: (["keepVersionsDays", "coldAfterDays"] as const).filter((key) => bucket[key] !== undefined) as string[],
  };
}

export type ResolvedCloudBucket = ReturnType<typeof resolveCloudBucket>;
