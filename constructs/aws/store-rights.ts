import type { ResolvedAwsBucket } from "../../config/resolve/aws-site";
import type { GrantedBucket } from "../../config/resolve/grants";
import type { Right } from "../../config/resolve/hub-base";
import type { ResolvedDataset } from "../../config/resolve/lake";
import { allow, bucketArn, type Statement } from "./statement";

/** What people of a hub may do with a bucket. */
export interface BucketRight {
  readonly name: string;
  readonly right: Right;
  /** Only below this; empty: all of the bucket. */
  readonly prefix: string;
}

const reading = ["s3:GetObject", "s3:GetObjectVersion"];
const writing = [
  ...reading,
  "s3:PutObject",
  "s3:DeleteObject",
  "s3:AbortMultipartUpload",
  "s3:ListMultipartUploadParts",
];
const listing = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"];

export interface StoreRightsProps {
  readonly rights: readonly BucketRight[];
  /** Datasets that the hub publishes: below these paths it writes. */
  readonly publishes: readonly Pick<ResolvedDataset, "place" | "path">[];
  /** Buckets of other sites whose datasets are for the hub's people. */
  readonly granted: readonly Pick<GrantedBucket, "bucket">[];
  /** The account: what others of it do not say is public, is not read through this. */
  readonly account: string;
}

/**
 * What a hub's people may do in S3: with the site's buckets what the config says, below the paths of the datasets that they
 * publish, and with buckets of other sites whose datasets are for them. What is public in other accounts is read too: S3 wants a word for that of the reader's own account as well.
 */
export function storeRights({ rights, publishes, granted, account }: StoreRightsProps): Statement[] {
  const written = rights.filter(({ right }) => right === "write");
  const read = rights.filter(({ right }) => right === "read");
  const foreign = granted.map(({ bucket }) => bucketArn(bucket.name));
  const published = publishes.map(({ place, path }) => `${bucketArn(place.bucket)}/${path}`);
  const whole = [
    ...rights.filter(({ prefix }) => prefix === "").map(({ name }) => name),
    ...publishes.map(({ place }) => place.bucket),
  ];
  const buckets = [...new Set(whole)].map(bucketArn);
  const own = rights.filter(({ prefix, name }) => prefix !== "" && !whole.includes(name));
  return [
    ...(buckets.length > 0 ? [allow("List", listing, buckets)] : []),
    ...own.map(({ name, prefix }, i) => ({
      ...allow(`ListOwn${i}`, "s3:ListBucket", bucketArn(name)),
      Condition: { StringLike: { "s3:prefix": [prefix, `${prefix}*`] } },
    })),
    ...(own.length > 0
      ? [allow("Locate", "s3:GetBucketLocation", [...new Set(own.map(({ name }) => bucketArn(name)))])]
      : []),
    ...(read.length > 0 ? [allow("Read", reading, read.map(below))] : []),
    ...(written.length > 0 ? [allow("Write", writing, written.map(below))] : []),
    ...(published.length > 0
      ? [
          allow(
            "Publish",
            writing,
            published.flatMap((path) => [path, `${path}/*`]),
          ),
        ]
      : []),
    ...(foreign.length > 0
      ? [
          allow("ListGranted", ["s3:GetBucketLocation", "s3:ListBucket"], foreign),
          allow(
            "ReadGranted",
            reading,
            foreign.map((bucket) => `${bucket}/*`),
          ),
        ]
      : []),
    {
      ...allow("ReadOthersPublicData", [...reading, "s3:GetBucketLocation", "s3:ListBucket"], "arn:aws:s3:::*"),
      Condition: { StringNotEquals: { "s3:ResourceAccount": account } },
    },
  ];
}

/** What the program that expires scratch may do: nothing outside scratch. */
export function expiryRights(buckets: readonly Pick<ResolvedAwsBucket, "name">[]): Statement[] {
  const names = buckets.map(({ name }) => bucketArn(name));
  return [
    allow("ListScratch", ["s3:GetBucketLocation", "s3:ListBucket"], names),
    allow(
      "ExpireScratch",
      ["s3:GetObject", "s3:DeleteObject"],
      names.map((name) => `${name}/*`),
    ),
  ];
}

function below({ name, prefix }: BucketRight): string {
  return `${bucketArn(name)}/${prefix}*`;
}
