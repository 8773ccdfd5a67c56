import { objectUrl } from "../names";
import type { ResolvedAwsSite } from "./aws-site";
import type { ResolvedFederation } from "./federation";
import type { ResolvedGoogleSite } from "./google-site";
import type { ObjectPlace, ResolvedBucket, ResolvedDataset } from "./lake";
import type { ResolvedHpcSite, ResolvedSite } from "./site";

/** A dataset's copy in a bucket of another site of the same cloud. */
interface CopyWithin<S extends ResolvedAwsSite | ResolvedGoogleSite> {
  readonly dataset: ResolvedDataset;
  readonly from: { readonly site: S; readonly bucket: S["buckets"][number] };
  readonly to: { readonly site: S; readonly bucket: S["buckets"][number] };
  /** What the keys of its objects begin with, at both. */
  readonly prefix: string;
}

/** A copy on AWS, kept up by S3. */
export type Mirror = CopyWithin<ResolvedAwsSite>;

/** A copy on Google Cloud, made by a job of Storage Transfer. */
export interface TransferredCopy extends CopyWithin<ResolvedGoogleSite> {
  readonly everySeconds: number;
}

/** A dataset's copy in a directory of a computing centre, which fetches it. */
export interface FetchedCopy {
  readonly dataset: ResolvedDataset;
  readonly to: { readonly site: ResolvedHpcSite; readonly bucket: ResolvedBucket };
  readonly prefix: string;
  readonly everySeconds: number;
}

/** The sites of a federation, which is all that matters here. */
interface Sites {
  readonly sites: readonly ResolvedSite[];
}

const unitSeconds = { h: 3600, d: 86_400, w: 604_800 } as const;

/** Seconds of a time that passed the schema: `week` is `1w`. Null: a day. */
function secondsOf(every: string | null): number {
  const [, number = "1", unit = "d"] = /^(\d*)([hdw])/.exec(every ?? "day") ?? [];
  return Number(number || 1) * unitSeconds[unit as keyof typeof unitSeconds];
}

/** Every copy between sites of one cloud whose ends are there; the others are a rule's to refuse. */
function copiesWithin<S extends ResolvedAwsSite | ResolvedGoogleSite>(sites: readonly S[]) {
  return sites.flatMap((site) =>
    site.datasets.flatMap((dataset) =>
      dataset.mirrors.flatMap((mirror): (CopyWithin<S> & { readonly every: string | null })[] => {
        const target = sites.find((one) => one.id === mirror.site);
        const bucket = bucketOf(site, dataset.bucket);
        const copies = target && bucketOf(target, mirror.bucket);
        if (!target || !bucket || !copies) return [];
        const [from, to] = [
          { site, bucket },
          { site: target, bucket: copies },
        ];
        return [{ dataset, from, to, prefix: prefixOf(dataset), every: mirror.every }];
      }),
    ),
  );
}

function bucketOf<S extends ResolvedAwsSite | ResolvedGoogleSite>(site: S, id: string) {
  return (site.buckets as readonly S["buckets"][number][]).find((bucket) => bucket.id === id);
}

/** Every copy between sites on AWS. */
export function mirrorsOf({ sites }: Sites): Mirror[] {
  return copiesWithin(sites.filter((site) => site.provider === "aws"));
}

/** Every copy between sites on Google Cloud. */
export function transferredCopies({ sites }: Sites): TransferredCopy[] {
  return copiesWithin(sites.filter((site) => site.provider === "google")).map(({ every, ...copy }) => ({
    ...copy,
    everySeconds: secondsOf(every),
  }));
}

/** Whether a site's `<site>-grants` has something for copies: jobs that fill its own, or rights for the jobs of other projects. */
export function isTransferred(federation: Sites, { id, project }: ResolvedGoogleSite): boolean {
  return transferredCopies(federation).some(
    ({ from, to }) => to.site.id === id || (from.site.id === id && to.site.project !== project),
  );
}

/** Every copy that a computing centre fetches, from sites of any provider. */
export function fetchedCopies({ sites }: Sites): FetchedCopy[] {
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
  /** Who makes it: S3 itself, a job of Google's Storage Transfer, or its site, which fetches what is new. */
  readonly by: "s3" | "transfer" | "site";
  /** Objects that the original has no more may be in it: nothing leads to them. */
  readonly mayHold: boolean;
  readonly place: ObjectPlace;
  /** `s3://bucket/path`, or `gs://bucket/path`. */
  readonly uri: string;
  readonly https: string;
  /** URLs of the buckets of the original and of the copy, and what keys begin with in both. */
  readonly from: string;
  readonly to: string;
  readonly prefix: string;
}

/** The copies of datasets, by the dataset's id; only of those that have some. */
export function copiesOf(federation: ResolvedFederation): Map<string, DatasetCopy[]> {
  const copies = new Map<string, DatasetCopy[]>();
  const all = [...mirrorsOf(federation), ...transferredCopies(federation), ...fetchedCopies(federation)];
  for (const { dataset, to, prefix } of all) {
    const place = placeOf(to);
    const bucket = (of: ObjectPlace) => objectUrl(of, "").replace(/\/$/, "");
    const by = makers[to.site.provider];
    const copy = {
      ...{ site: to.site.id, institution: to.site.institution, place, prefix, by },
      // Readers go from a branch to what it leads to; in the other formats they ask for chunks by their number.
      mayHold: by === "site" && dataset.kind === "icechunk",
      uri: `${place.scheme ?? "s3"}://${place.bucket}/${dataset.path}`,
      ...{ https: objectUrl(place, dataset.path), from: bucket(dataset.place), to: bucket(place) },
    };
    copies.set(dataset.id, [...(copies.get(dataset.id) ?? []), copy]);
  }
  return copies;
}

const makers = { aws: "s3", google: "transfer", hpc: "site" } as const;

/** Where a copy's bucket is, for clients of its store. */
function placeOf({ site, bucket }: (Mirror | TransferredCopy | FetchedCopy)["to"]): ObjectPlace {
  const at = { bucket: bucket.name, endpoint: site.s3.endpoint };
  if (site.provider === "aws") return { ...at, region: site.region, pathStyle: false };
  const place = { ...at, region: site.s3.region, pathStyle: true };
  return site.provider === "google" ? { ...place, scheme: "gs" } : place;
}

/** A store is a tree of objects; of the other kinds it may be one, named like the path. */
export function prefixOf({ kind, path }: Pick<ResolvedDataset, "kind" | "path">): string {
  return kind === "zarr" || kind === "icechunk" || kind === "tiledb" ? `${path}/` : path;
}
