import type { ResolvedAwsClusterSite } from "../../config/resolve/aws-site";
import type { ResolvedClusterHub } from "../../config/resolve/cluster-hub";
import type { GrantedBucket } from "../../config/resolve/grants";
import type { Condition, Statement } from "./statement";

/** A bucket whose objects a key encrypts, and what somebody does with them. */
export interface KeyUse {
  readonly bucket: string;
  /** Of the key, which is the bucket's. */
  readonly account: string;
  readonly region: string;
  readonly write: boolean;
}

/** Only through S3, and for objects of these buckets: S3 names the object to the key, or the bucket where a key is kept for it. */
export function forBuckets(region: string, buckets: readonly string[]): Condition {
  const arns = buckets.flatMap((name) => [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`]);
  return {
    StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` },
    StringLike: { "kms:EncryptionContext:aws:s3:arn": arns },
  };
}

/** Rights on the keys of encrypted buckets. Ids of keys cannot be computed, so the conditions say which are meant. */
export function keyRights(uses: readonly KeyUse[]): Statement[] {
  const kinds = new Map<string, KeyUse[]>();
  for (const use of uses) {
    const kind = `${use.account} ${use.region} ${use.write}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), use]);
  }
  return [...kinds.values()].map((alike, i) => {
    const [{ account, region, write }] = alike as [KeyUse];
    return {
      Sid: `Key${i}`,
      Effect: "Allow",
      Action: write ? ["kms:Decrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"],
      Resource: `arn:aws:kms:${region}:${account}:key/*`,
      Condition: forBuckets(
        region,
        alike.map(({ bucket }) => bucket),
      ),
    };
  });
}

/** What a hub's people do with buckets that keys encrypt: the site's own, and those of others that they read. */
export function keysOf(
  { account, region, buckets, datasets }: ResolvedAwsClusterSite,
  hub: ResolvedClusterHub,
  granted: readonly GrantedBucket[],
): KeyUse[] {
  const published = datasets.filter(({ id }) => hub.publishes.includes(id)).map(({ bucket }) => bucket);
  const own = buckets.flatMap((bucket) => {
    const right = hub.buckets.find(({ id }) => id === bucket.id)?.right;
    const write = right === "write" || published.includes(bucket.id);
    return write || right === "read" ? [{ bucket, account, region, write }] : [];
  });
  return [...own, ...granted.map((one) => ({ ...one, write: false }))].flatMap((use) =>
    use.bucket.ownKey ? [{ bucket: use.bucket.name, account: use.account, region: use.region, write: use.write }] : [],
  );
}
