import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import type { TerraformResourceLifecycle } from "cdktf";
import { Construct } from "constructs";
import { usageFolder } from "../../config/google-names";
import type { ResolvedGoogleBucket } from "../../config/resolve/google-site";
import { type LoggedBucket, lifecycleRules } from "./bucket-lifecycle";
import type { LakeKey } from "./lake-key";

export interface BucketProps {
  readonly bucket: ResolvedGoogleBucket;
  readonly region: string;
  /** What encrypts it; null: Google's own keys. */
  readonly key: Pick<LakeKey, "id" | "right"> | null;
  /** Buckets whose use is logged in this one. */
  readonly logged: readonly LoggedBucket[];
  /** Where its own use is logged; null: nowhere. */
  readonly logs: Bucket | null;
  readonly lifecycle: TerraformResourceLifecycle | undefined;
}

const secondsPerDay = 86_400;

/** A bucket with all that is said of it. */
export class Bucket extends Construct {
  /** Known only to the engine. */
  readonly name: string;
  /** Google's right to write logs into it; undefined where none lie. */
  private readonly writesLogs: StorageBucketIamMember | undefined;

  constructor(scope: Construct, id: string, { bucket, region, key, logged, logs, lifecycle }: BucketProps) {
    super(scope, id);
    const needed = [key?.right, logs?.writesLogs].filter((one) => one !== undefined);
    const resource = new StorageBucket(this, "bucket", {
      name: bucket.name,
      location: region.toUpperCase(), // as the API spells it
      storageClass: "STANDARD",
      // No lists of rights on objects.
      uniformBucketLevelAccess: true,
      publicAccessPrevention: bucket.public ? "inherited" : "enforced",
      // The engine empties what expires anyway, and fails on anything else that holds an object.
      forceDestroy: bucket.purpose === "scratch",
      versioning: { enabled: bucket.keepVersionsDays !== null },
      softDeletePolicy: { retentionDurationSeconds: (bucket.softDeleteDays ?? 0) * secondsPerDay },
      lifecycleRule: lifecycleRules(bucket, logged),
      labels: { bucket: bucket.id, purpose: bucket.purpose },
      ...(bucket.coldAfterDays === null ? {} : { autoclass: { enabled: true, terminalStorageClass: "NEARLINE" } }),
      ...(bucket.requesterPays ? { requesterPays: true } : {}),
      ...(bucket.public ? { cors: [openToPages] } : {}),
      ...(key ? { encryption: { defaultKmsKeyName: key.id } } : {}),
      ...(logs ? { logging: { logBucket: logs.name, logObjectPrefix: `${usageFolder}/${bucket.name}/log` } } : {}),
      ...(needed.length > 0 ? { dependsOn: needed } : {}),
      ...(lifecycle ? { lifecycle } : {}),
    });
    this.name = resource.name;
    // Get and list alike: what is missing must be told from what is refused.
    if (bucket.public)
      new StorageBucketIamMember(this, "anybody", {
        bucket: resource.name,
        role: "roles/storage.objectViewer",
        member: "allUsers",
      });
    if (logged.length > 0)
      this.writesLogs = new StorageBucketIamMember(this, "usage-logs", {
        bucket: resource.name,
        role: "roles/storage.objectCreator",
        member: logWriters,
      });
  }
}

/** Whom Google has write usage logs: https://cloud.google.com/storage/docs/access-logs */
const logWriters = "group:cloud-storage-analytics@google.com";

/** Web pages of anybody read what anybody reads; ranges and lengths are of use only where they see the headers. */
const openToPages = {
  method: ["GET", "HEAD"],
  origin: ["*"],
  responseHeader: [
    "Accept-Ranges",
    "Content-Length",
    "Content-Range",
    "Content-Type",
    "ETag",
    "Last-Modified",
    "Range",
  ],
  maxAgeSeconds: 86_400,
};
