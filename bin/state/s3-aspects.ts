import type { ResolvedS3State } from "../../config/resolve/state";
import type { Aspect } from "./bucket";
import type { S3 } from "./s3";

/** One thing that a bucket of state in S3 has. */
export interface S3Aspect extends Aspect {
  /** Errors that mean that nobody has set it. */
  readonly absent: readonly string[];
  /** Whether a place can have it. */
  applies(place: ResolvedS3State): boolean;
  stands(s3: S3, place: ResolvedS3State): Promise<boolean>;
  set(s3: S3, place: ResolvedS3State): Promise<unknown>;
}

const always = () => true;

const versions: S3Aspect = {
  name: "versions",
  done: "versioned, so that an overwritten state can be brought back",
  absent: [],
  applies: always,
  stands: async ({ sdk, client }, { bucket: Bucket }) =>
    (await client.send(new sdk.GetBucketVersioningCommand({ Bucket }))).Status === "Enabled",
  set: ({ sdk, client }, { bucket: Bucket }) =>
    client.send(new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } })),
};

const blocked = {
  BlockPublicAcls: true,
  BlockPublicPolicy: true,
  IgnorePublicAcls: true,
  RestrictPublicBuckets: true,
} as const;

const closed: S3Aspect = {
  name: "a block of public access",
  done: "closed to the public",
  absent: ["NoSuchPublicAccessBlockConfiguration"],
  applies: always,
  stands: async ({ sdk, client }, { bucket: Bucket }) => {
    const found = await client.send(new sdk.GetPublicAccessBlockCommand({ Bucket }));
    const told = found.PublicAccessBlockConfiguration ?? {};
    return (Object.keys(blocked) as (keyof typeof blocked)[]).every((key) => told[key] === true);
  },
  set: ({ sdk, client }, { bucket: Bucket }) =>
    client.send(new sdk.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: blocked })),
};

const ownership: S3Aspect = {
  name: "one owner of all objects",
  done: "all objects are the bucket owner's",
  absent: ["OwnershipControlsNotFoundError"],
  applies: always,
  stands: async ({ sdk, client }, { bucket: Bucket }) => {
    const { OwnershipControls } = await client.send(new sdk.GetBucketOwnershipControlsCommand({ Bucket }));
    return OwnershipControls?.Rules?.[0]?.ObjectOwnership === "BucketOwnerEnforced";
  },
  set: ({ sdk, client }, { bucket: Bucket }) =>
    client.send(
      new sdk.PutBucketOwnershipControlsCommand({
        Bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      }),
    ),
};

const encrypted: S3Aspect = {
  name: "encryption",
  done: "encrypted",
  absent: ["ServerSideEncryptionConfigurationNotFoundError"],
  applies: ({ endpoint, kmsKey }) => endpoint === null || kmsKey !== null,
  stands: async ({ sdk, client }, { bucket: Bucket, kmsKey }) => {
    const { ServerSideEncryptionConfiguration } = await client.send(new sdk.GetBucketEncryptionCommand({ Bucket }));
    const rule = ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
    return kmsKey === null ? rule?.SSEAlgorithm !== undefined : rule?.KMSMasterKeyID === kmsKey;
  },
  set: ({ sdk, client }, { bucket: Bucket, kmsKey }) => {
    const rule =
      kmsKey === null
        ? ({ SSEAlgorithm: "AES256" } as const)
        : ({ SSEAlgorithm: "aws:kms", KMSMasterKeyID: kmsKey } as const);
    const Rules = [{ ApplyServerSideEncryptionByDefault: rule, BucketKeyEnabled: kmsKey !== null }];
    return client.send(new sdk.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
  },
};

interface Policy {
  readonly Version: string;
  readonly Statement: readonly { readonly Sid?: string; readonly Effect?: string }[];
}

const sid = "IsthmusTlsOnly";

function tlsOnly(bucket: string, region: string) {
  const partition = region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  const arn = `arn:${partition}:s3:::${bucket}`;
  return {
    Sid: sid,
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/** The bucket's policy; undefined where it has none. */
async function policyOf({ sdk, client }: S3, Bucket: string): Promise<Policy | undefined> {
  try {
    return JSON.parse((await client.send(new sdk.GetBucketPolicyCommand({ Bucket }))).Policy ?? "null") ?? undefined;
  } catch (error) {
    if ((error as Error).name === "NoSuchBucketPolicy") return undefined;
    throw error;
  }
}

const tls: S3Aspect = {
  name: "a policy that wants TLS",
  done: "over TLS only",
  absent: [],
  applies: ({ endpoint }) => endpoint === null,
  stands: async (s3, { bucket }) => {
    const statements = (await policyOf(s3, bucket))?.Statement ?? [];
    return statements.some((s) => s.Effect === "Deny" && JSON.stringify(s).includes('"aws:SecureTransport":"false"'));
  },
  // what others have put into the policy stays
  set: async (s3, { bucket: Bucket, region }) => {
    const { Version = "2012-10-17", Statement = [] } = (await policyOf(s3, Bucket)) ?? {};
    const kept = Statement.filter((statement) => statement.Sid !== sid);
    const Policy = JSON.stringify({ Version, Statement: [...kept, tlsOnly(Bucket, region)] });
    return s3.client.send(new s3.sdk.PutBucketPolicyCommand({ Bucket, Policy }));
  },
};

/** What every bucket of state has, in the order that it is set in. */
export const aspects: readonly S3Aspect[] = [closed, ownership, versions, encrypted, tls];
