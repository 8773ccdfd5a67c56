import type { Mirror } from "../../config/resolve/mirrors";
import { allow, bucketArn, type Statement } from "./statement";

/** What S3 writes copies by, and gives them to the account whose bucket they are in. */
export const copying = [
  "s3:ReplicateObject",
  "s3:ReplicateDelete",
  "s3:ReplicateTags",
  "s3:ObjectOwnerOverrideToBucketOwner",
] as const;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
export function mirrorRights(mirrors: readonly Mirror[]): Statement[] {
  const unique = (arns: readonly string[]) => [...new Set(arns)];
  const allowOnce = (sid: string, actions: readonly string[], arns: readonly string[]) =>
    allow(sid, actions, unique(arns));
  return [
    allowOnce(
      "SeeWhatIsToBeCopied",
      ["s3:GetReplicationConfiguration", "s3:ListBucket"],
      mirrors.map(({ from }) => bucketArn(from.bucket.name)),
    ),
    allowOnce(
      "ReadWhatIsCopied",
      ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
      mirrors.map(({ from, prefix }) => `${bucketArn(from.bucket.name)}/${prefix}*`),
    ),
    allowOnce(
      "WriteCopies",
      copying,
      mirrors.map(({ to, prefix }) => `${bucketArn(to.bucket.name)}/${prefix}*`),
    ),
  ];
}
