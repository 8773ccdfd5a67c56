import { objectUrl } from "../names";
import type { ResolvedAwsBucket, ResolvedAwsSite } from "./aws-site";
import type { ResolvedFederation } from "./federation";
import type { ObjectPlace, ResolvedDataset } from "./lake";

/** A dataset's copy in a bucket of another site on AWS, kept up by S3. */
export interface Mirror {
  readonly dataset: ResolvedDataset;
  readonly from: { readonly site: ResolvedAwsSite; readonly bucket: ResolvedAwsBucket };
  readonly to: { readonly site: ResolvedAwsSite; readonly bucket: ResolvedAwsBucket };
  /** What the keys of its objects begin with, at both. */
  readonly prefix: string;
}

/** Every mirror of the federation whose ends are there; the others are a rule's to refuse. */
export function mirrorsOf(federation: ResolvedFederation): Mirror[] {
  const sites = federation.sites.filter((site) => site.provider === "aws");
  return sites.flatMap((site) =>
    site.datasets.flatMap((dataset) =>
      dataset.mirrors.flatMap((mirror) => {
        const target = sites.find((one) => one.id === mirror.site);
        const bucket = site.buckets.find(({ id }) => id === dataset.bucket);
        const copies = target?.buckets.find(({ id }) => id === mirror.bucket);
        if (!target || !bucket || !copies) return [];
        return [{ dataset, from: { site, bucket }, to: { site: target, bucket: copies }, prefix: prefixOf(dataset) }];
      }),
    ),
  );
}

/** A dataset's copy, for who compares or lists it: public buckets both, at their stores' own addresses. */
export interface DatasetCopy {
  /** Where it is. */
  readonly site: string;
  readonly institution: string;
  readonly place: ObjectPlace;
  /** `s3://bucket/path` */
  readonly s3: string;
  readonly https: string;
  /** URLs of the buckets of the original and of the copy, and what keys begin with in both. */
  readonly from: string;
  readonly to: string;
  readonly prefix: string;
}

/** The copies of datasets, by the dataset's id; only of those that have some. */
export function copiesOf(federation: ResolvedFederation): Map<string, DatasetCopy[]> {
  const copies = new Map<string, DatasetCopy[]>();
  for (const { dataset, to, prefix } of mirrorsOf(federation)) {
    const place = { bucket: to.bucket.name, endpoint: to.site.s3.endpoint, region: to.site.region, pathStyle: false };
    const bucket = (of: ObjectPlace) => objectUrl(of, "").replace(/\/$/, "");
    const copy = {
      ...{ site: to.site.id, institution: to.site.institution, place, prefix },
      ...{ s3: `s3://${place.bucket}/${dataset.path}`, https: objectUrl(place, dataset.path) },
      ...{ from: bucket(dataset.place), to: bucket(place) },
    };
    copies.set(dataset.id, [...(copies.get(dataset.id) ?? []), copy]);
  }
  return copies;
}

/** A store is a tree of objects; of the other kinds it may be one, named like the path. */
function prefixOf({ kind, path }: ResolvedDataset): string {
  return kind === "zarr" || kind === "icechunk" || kind === "tiledb" ? `${path}/` : path;
}
