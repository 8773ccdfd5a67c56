import { S3BucketInventory } from "@cdktf/provider-aws/lib/s3-bucket-inventory";
import { inventoryFolder, inventoryName } from "../../config/aws-names";
import type { ResolvedAwsBucket } from "../../config/resolve/aws-site";
import type { Bucket } from "./bucket";
import { bucketArn } from "./statement";

/** What is told of each object, beside its bucket, key and version. */
const fields = [
  "Size",
  "LastModifiedDate",
  "ETag",
  "StorageClass",
  "IntelligentTieringAccessTier",
  "EncryptionStatus",
  "ReplicationStatus",
];

const frequencies = { day: "Daily", week: "Weekly" } as const;
const formats = { parquet: "Parquet", csv: "CSV" } as const;

export interface BucketInventoryProps {
  readonly bucket: ResolvedAwsBucket;
  readonly inventory: NonNullable<ResolvedAwsBucket["inventory"]>;
  /** Where lists go. */
  readonly into: Bucket;
  readonly account: string;
}

/** Has S3 list a bucket's objects into another one, once that lets it. */
export function bucketInventory(of: Bucket, { bucket, inventory, into, account }: BucketInventoryProps): void {
  new S3BucketInventory(of, "inventory", {
    bucket: of.resource.bucket,
    name: inventoryName,
    includedObjectVersions: bucket.keepVersionsDays === null ? "Current" : "All",
    optionalFields: fields,
    schedule: { frequency: frequencies[inventory.every] },
    destination: {
      bucket: {
        accountId: account,
        bucketArn: bucketArn(into.name),
        format: formats[inventory.as],
        prefix: inventoryFolder,
      },
    },
    dependsOn: [into.policy],
  });
}
