import type { z } from "zod";
import { bucketName, datasetPath, objectUrl } from "../names";
import type { access, dataset as datasetSchema, datasets } from "../schema/dataset";
import type { BucketConfig, HpcSiteConfig } from "../schema/site";

/** Days that a store in scratch outlives its newest write, unless told otherwise. */
const scratchDays = 7;

/** When stores of a bucket go that Isthmus makes. */
export function expiryOf(bucket: {
  readonly purpose: string;
  readonly existing?: string | undefined;
  readonly expire?: string | { readonly days: number } | undefined;
}) {
  // Nothing of what existed before is ever removed, so it does not expire either.
  const expires = bucket.purpose === "scratch" && bucket.existing === undefined;
  const { expire } = bucket;
  const asked = typeof expire === "object" ? expire.days : expire === "own-files" ? scratchDays : null;
  return {
    /** Days of `expire` as written, whatever the purpose; a rule wants it on scratch only. */
    expireAsked: asked,
    /** Days after its newest write that a store goes; null: never. */
    expireDays: expires ? (expire === undefined ? scratchDays : asked) : null,
  };
}

/** A bucket of an HPC site with its name, its directory and its expiry. */
export function resolveBucket(federation: string, site: string, id: string, bucket: BucketConfig) {
  const { expireAsked, expireDays } = expiryOf(bucket);
  return {
    id,
    name: bucket.existing ?? bucketName(federation, site, id),
    purpose: bucket.purpose,
    public: bucket.public ?? false,
    /** Named by the config, not made by Isthmus. */
    existing: bucket.existing !== undefined,
    expireAsked,
    /** The centre deletes there by its own rules, and Isthmus nothing. */
    centreExpires: bucket.expire === "centre",
    /** Each user's files go by a process of that user. */
    ...(bucket.expire === "own-files" || (typeof bucket.expire === "object" && bucket.expire.ownFiles)
      ? { ownFiles: true }
      : {}),
    /** As written: absolute, or relative to the federation file; null for the site's own root. */
    path: bucket.path ?? null,
    expireDays,
  };
}

export type ResolvedBucket = ReturnType<typeof resolveBucket>;

/** Who may read a dataset, in one shape. */
export type Access = z.infer<typeof access>;

type DatasetConfig = z.infer<typeof datasetSchema> & Partial<Pick<z.infer<typeof datasets>[string], "publishers">>;

/** Where a dataset's bytes are, for clients of the store. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly endpoint: string;
  readonly region: string;
  readonly pathStyle: boolean;
  /** Readers of other accounts pay, and must say so. Default false. */
  readonly requesterPays?: boolean;
  /** How the store's own clients spell where an object is: `s3://` (default), or `gs://`, to whom S3 is a second language. */
  readonly scheme?: "gs";
}

/** Where the datasets of a bucket are, in one of a site's store. */
export function placeIn(
  buckets: readonly { readonly id: string; readonly name: string; readonly requesterPays?: boolean }[],
  id: string,
  store: Omit<ObjectPlace, "bucket" | "requesterPays">,
): ObjectPlace {
  const bucket = buckets.find((one) => one.id === id);
  return { bucket: bucket?.name ?? id, ...store, ...(bucket?.requesterPays ? { requesterPays: true } : {}) };
}

/** A dataset with its links. `gateway` is the front that serves it, null where there is none. */
export function resolveDataset(
  site: string,
  id: string,
  config: DatasetConfig,
  place: ObjectPlace,
  gateway: { site: string; url: string } | null,
) {
  const access: Access = config.access ?? "public";
  return {
    id,
    site,
    title: config.title,
    description: config.description ?? config.title,
    keywords: config.keywords ?? [],
    kind: config.kind,
    license: config.license,
    access,
    publishers: config.publishers ?? [],
    /** Sites with a copy, the bucket there, and how often it is said to look; null where nothing is said. */
    mirrors: Object.entries(config.mirrors ?? {}).map(([to, { bucket, every = null }]) => ({
      site: to,
      bucket,
      every,
    })),
    bucket: config.bucket,
    path: config.path,
    place,
    /** `s3://bucket/path`, opened with the place's endpoint and region, or `gs://bucket/path`. */
    uri: `${place.scheme ?? "s3"}://${place.bucket}/${config.path}`,
    /** The site whose gateway serves it, null where the store is linked itself. */
    servedBy: gateway?.site ?? null,
    /** The link that needs no site-specific code; null for what is not public. */
    https: access === "public" ? httpsLink(config.kind, id, config.path, place, gateway) : null,
  };
}

export type ResolvedDataset = ReturnType<typeof resolveDataset>;

function httpsLink(
  kind: string,
  id: string,
  path: string,
  place: ObjectPlace,
  gateway: { url: string } | null,
): string {
  if (gateway) return gateway.url + datasetPath(kind, id);
  return objectUrl(place, path);
}

/** Datasets of a site as [id, config] in the file's order. */
export function datasetEntries(site: Pick<HpcSiteConfig, "datasets">): [string, DatasetConfig][] {
  return Object.entries(site.datasets ?? {});
}
