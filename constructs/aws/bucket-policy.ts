import { awsRoleArn, inventoryFolder } from "../../config/aws-names";
import type { HubRole } from "../../config/resolve/grants";
import { copying } from "./mirror-rights";
import { bucketArn, type Condition, type Statement } from "./statement";

/** Of a statement of what is not a role's own: whom it speaks of. */
type Principal = "*" | { readonly AWS: readonly string[] } | { readonly Service: string };

/** A statement of a bucket's or a key's policy. */
export interface ResourceStatement extends Statement {
  readonly Principal: Principal;
}

export interface BucketAudience {
  /** The bucket's name. */
  readonly name: string;
  readonly public: boolean;
  /** Roles of other accounts that read and list it. */
  readonly readers: readonly HubRole[];
  /** Roles of other accounts by which S3 writes copies below a prefix. */
  readonly copiers: readonly Copier[];
  /** Buckets whose lists S3 writes into it, which are of the same account. */
  readonly listed: readonly string[];
  readonly account: string;
}

export interface Copier {
  readonly role: HubRole;
  readonly prefix: string;
}

/**
 * Roles by their accounts, which are there, with a condition on their names: a policy that names a role which is not there (yet) is
 * refused, and one whose role was made again stands for nobody.
 */
export function byAccounts(roles: readonly HubRole[]): { Principal: Principal; Condition: Condition } {
  const accounts = [...new Set(roles.map(({ account }) => account))];
  return {
    Principal: { AWS: accounts.map((account) => `arn:aws:iam::${account}:root`) },
    Condition: { ArnEquals: { "aws:PrincipalArn": roles.map(({ account, name }) => awsRoleArn(account, name)) } },
  };
}

/** Who may do what with a bucket, beside its own account: S3 knows one policy a bucket. Nobody without TLS. */
export function bucketPolicy({ name, public: open, readers, copiers, listed, account }: BucketAudience) {
  const bucket = bucketArn(name);
  return {
    Version: "2012-10-17",
    Statement: [
      onlyByTls(bucket),
      ...(open ? readByAnybody(bucket) : []),
      ...readByOthers(bucket, readers),
      ...copiedInto(bucket, copiers),
      ...listedInto(bucket, listed, account),
    ],
  } as const;
}

function onlyByTls(bucket: string): ResourceStatement {
  return {
    Sid: "OnlyByTls",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucket, `${bucket}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/** Public means that it can be listed too: without that a missing object is answered like a forbidden one, and readers fail. */
function readByAnybody(bucket: string): ResourceStatement[] {
  return [
    {
      Sid: "ListByAnybody",
      Effect: "Allow",
      Principal: "*",
      Action: ["s3:GetBucketLocation", "s3:ListBucket"],
      Resource: bucket,
    },
    { Sid: "ReadByAnybody", Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `${bucket}/*` },
  ];
}

/** One statement, since a policy has at most 20 KiB and names every hub. */
function readByOthers(bucket: string, readers: readonly HubRole[]): ResourceStatement[] {
  if (readers.length === 0) return [];
  return [
    {
      Sid: "ReadByHubsOfOtherSites",
      Effect: "Allow",
      Action: ["s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject", "s3:GetObjectVersion"],
      Resource: [bucket, `${bucket}/*`],
      ...byAccounts(readers),
    },
  ];
}

/** S3 itself, as it works for these buckets of this account and no other. */
export function s3For(buckets: readonly string[], account: string): { Principal: Principal; Condition: Condition } {
  return {
    Principal: { Service: "s3.amazonaws.com" },
    Condition: { ArnLike: { "aws:SourceArn": buckets.map(bucketArn) }, StringEquals: { "aws:SourceAccount": account } },
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html */
function listedInto(bucket: string, listed: readonly string[], account: string): ResourceStatement[] {
  if (listed.length === 0) return [];
  const lists = `${bucket}/${inventoryFolder}/*`;
  return [{ Sid: "WriteLists", Effect: "Allow", Action: "s3:PutObject", Resource: lists, ...s3For(listed, account) }];
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html */
function copiedInto(bucket: string, copiers: readonly Copier[]): ResourceStatement[] {
  if (copiers.length === 0) return [];
  const roles = copiers.map(({ role }) => role);
  const once = roles.filter((role, i) => roles.findIndex((one) => one.name === role.name) === i);
  return [
    {
      Sid: "SeeWhereCopiesGo",
      Effect: "Allow",
      Action: ["s3:GetBucketVersioning", "s3:ListBucket"],
      Resource: bucket,
      ...byAccounts(once),
    },
    ...copiers.map(
      ({ role, prefix }, i): ResourceStatement => ({
        Sid: `WriteCopies${i}`,
        Effect: "Allow",
        Action: copying,
        Resource: `${bucket}/${prefix}*`,
        ...byAccounts([role]),
      }),
    ),
  ];
}
