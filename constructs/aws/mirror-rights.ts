import type { Mirror } from "../../config/resolve/mirrors";
import type { Statement } from "./statement";

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
  const allow = (Sid: string, Action: readonly string[], Resource: readonly string[]): Statement => {
    return { Sid, Effect: "Allow", Action, Resource: unique(Resource) };
  };
  return [
    allow(
      "SeeWhatIsToBeCopied",
      ["s3:GetReplicationConfiguration", "s3:ListBucket"],
      mirrors.map(({ from }) => `arn:aws:s3:::${from.bucket.name}`),
    ),
    allow(
      "ReadWhatIsCopied",
      ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
      mirrors.map(({ from, prefix }) => `arn:aws:s3:::${from.bucket.name}/${prefix}*`),
    ),
    allow(
      "WriteCopies",
      copying,
      mirrors.map(({ to, prefix }) => `arn:aws:s3:::${to.bucket.name}/${prefix}*`),
    ),
  ];
}
