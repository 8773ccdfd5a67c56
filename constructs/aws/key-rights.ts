import type { ResolvedAwsClusterSite } from "../../config/resolve/aws-site";
import type { ResolvedClusterHub } from "../../config/resolve/cluster-hub";
import type { GrantedBucket } from "../../config/resolve/grants";
import { bucketArn, type Condition, type Statement } from "./statement";

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
  const arns = buckets.map(bucketArn).flatMap((arn) => [arn, `${arn}/*`]);
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
  site: ResolvedAwsClusterSite,
  hub: ResolvedClusterHub,
  granted: readonly GrantedBucket[],
): KeyUse[] {
  const published = site.datasets.filter(({ id }) => hub.publishes.includes(id)).map(({ bucket }) => bucket);
  const own = site.buckets.flatMap((bucket) => {
    const right = hub.buckets.find(({ id }) => id === bucket.id)?.right;
    const write = right === "write" || published.includes(bucket.id);
    return write || right === "read" ? [{ owner: site, bucket, write }] : [];
  });
  return [...own.flatMap(keyOf), ...keysGranted(granted)];
}

/** What a hub's people do with buckets of other sites that keys encrypt. */
export function keysGranted(granted: readonly GrantedBucket[]): KeyUse[] {
  return granted.flatMap((one) => keyOf({ ...one, write: false }));
}

function keyOf({ owner: { account, region }, bucket, write }: GrantedBucket & Pick<KeyUse, "write">): KeyUse[] {
  return bucket.ownKey ? [{ bucket: bucket.name, account, region, write }] : [];
}
