import { objectUrl } from "../names";
import type { ResolvedAwsBucket, ResolvedAwsSite } from "./aws-site";
import type { ResolvedFederation } from "./federation";
import type { ObjectPlace, ResolvedBucket, ResolvedDataset } from "./lake";
import type { ResolvedHpcSite } from "./site";

/** A dataset's copy in a bucket of another site on AWS, kept up by S3. */
export interface Mirror {
  readonly dataset: ResolvedDataset;
  readonly from: { readonly site: ResolvedAwsSite; readonly bucket: ResolvedAwsBucket };
  readonly to: { readonly site: ResolvedAwsSite; readonly bucket: ResolvedAwsBucket };
  /** What the keys of its objects begin with, at both. */
  readonly prefix: string;
}

/** A dataset's copy in a directory of a computing centre, which fetches it. */
export interface FetchedCopy {
  readonly dataset: ResolvedDataset;
  readonly to: { readonly site: ResolvedHpcSite; readonly bucket: ResolvedBucket };
  readonly prefix: string;
  readonly everySeconds: number;
}

const unitSeconds = { h: 3600, d: 86_400, w: 604_800 } as const;

/** Seconds of a time that passed the schema: `week` is `1w`. Null: a day. */
function secondsOf(every: string | null): number {
  const [, number = "1", unit = "d"] = /^(\d*)([hdw])/.exec(every ?? "day") ?? [];
  return Number(number || 1) * unitSeconds[unit as keyof typeof unitSeconds];
}

/** Every copy between sites on AWS whose ends are there; the others are a rule's to refuse. */
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

/** Every copy that a computing centre fetches, from sites of any provider. */
export function fetchedCopies({ sites }: Pick<ResolvedFederation, "sites">): FetchedCopy[] {
  return sites.flatMap((site) =>
    site.datasets.flatMap((dataset) =>
      dataset.mirrors.flatMap(({ site: id, bucket: wanted, every }) => {
        const target = sites.find((one) => one.id === id);
        if (target?.provider !== "hpc") return [];
        const bucket = target.buckets.find((one) => one.id === wanted);
        if (!bucket) return [];
        const everySeconds = secondsOf(every);
        return [{ dataset, to: { site: target, bucket }, prefix: prefixOf(dataset), everySeconds }];
      }),
    ),
  );
}

/** A dataset's copy, for who compares or lists it: public buckets both, at their stores' own addresses. */
export interface DatasetCopy {
  /** Where it is. */
  readonly site: string;
  readonly institution: string;
  /** Who makes it: S3 itself, or its site, which fetches what is new. */
  readonly by: "s3" | "site";
  /** Objects that the original has no more may be in it: nothing leads to them. */
  readonly mayHold: boolean;
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
  for (const { dataset, to, prefix } of [...mirrorsOf(federation), ...fetchedCopies(federation)]) {
    const fetched = to.site.provider === "hpc";
    const place = {
      ...{ bucket: to.bucket.name, endpoint: to.site.s3.endpoint },
      ...(to.site.provider === "hpc"
        ? { region: to.site.s3.region, pathStyle: true }
        : { region: to.site.region, pathStyle: false }),
    };
    const bucket = (of: ObjectPlace) => objectUrl(of, "").replace(/\/$/, "");
    const copy = {
      ...({ site: to.site.id, institution: to.site.institution, place, prefix, by: fetched ? "site" : "s3" } as const),
      // Readers go from a branch to what it leads to; in the other formats they ask for chunks by their number.
      mayHold: fetched && dataset.kind === "icechunk",
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
