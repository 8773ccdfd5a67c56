import type { Statement } from "./statement";

/** A statement of a bucket's policy. */
export interface BucketStatement extends Statement {
  readonly Principal: "*" | { readonly AWS: readonly string[] };
}

export interface BucketAudience {
  /** The bucket's name. */
  readonly name: string;
  readonly public: boolean;
}

/** Who may do what with a bucket, beside its own account: S3 knows one policy a bucket. Nobody without TLS. */
export function bucketPolicy({ name, public: open }: BucketAudience) {
  const bucket = `arn:aws:s3:::${name}`;
  return { Version: "2012-10-17", Statement: [onlyByTls(bucket), ...(open ? readByAnybody(bucket) : [])] } as const;
}

function onlyByTls(bucket: string): BucketStatement {
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
function readByAnybody(bucket: string): BucketStatement[] {
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
