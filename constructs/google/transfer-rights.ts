import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import { Construct } from "constructs";

/** What jobs of Storage Transfer do with a bucket. */
export type TransferUse = "read" | "write";

/**
 * Roles that a project's agent needs there, which Google asks for when a job is made: to see the bucket itself, which is for nobody else
 * even where all of its objects are public. https://cloud.google.com/storage-transfer/docs/source-cloud-storage, .../sink-cloud-storage
 */
const roles: Readonly<Record<TransferUse, readonly string[]>> = {
  read: ["legacyBucketReader", "objectViewer"],
  // It compares what is there, writes what differs, and deletes what the original has no more.
  write: ["legacyBucketWriter", "objectViewer"],
};

export interface TransferRightsProps {
  /** The bucket's name. */
  readonly bucket: string;
  readonly member: string;
  readonly uses: readonly TransferUse[];
}

/** Rights of an agent of Storage Transfer on a bucket: each once, since two of the same are one to Google. */
export class TransferRights extends Construct {
  constructor(scope: Construct, id: string, { bucket, member, uses }: TransferRightsProps) {
    super(scope, id);
    for (const role of new Set(uses.flatMap((use) => roles[use])))
      new StorageBucketIamMember(this, role, { bucket, role: `roles/storage.${role}`, member });
  }
}
