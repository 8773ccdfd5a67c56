import type { ResolvedAwsBucket, ResolvedAwsSite } from "../resolve/aws-site";
import type { ResolvedFederation } from "../resolve/federation";
import type { ResolvedDataset } from "../resolve/lake";
import { type Mirror, mirrorsOf } from "../resolve/mirrors";
import { didYouMean, listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { awsSites } from "./walk";

/** What is wrong, at a key below the dataset's. */
type Wrong = Omit<RuleFinding, "site" | "path"> & { readonly path: readonly string[] };

export const mirrors: Rule = {
  id: "mirrors",
  reason:
    "S3 copies between buckets of AWS that keep versions, and a copy is public as its dataset is, at a path of its own.",
  check: (federation, { faultySites }) =>
    awsSites(federation).flatMap((site) =>
      site.datasets.flatMap((dataset) => {
        const found =
          dataset.mirrors.length === 0
            ? []
            : [
                ...fromHere(site, dataset),
                ...dataset.mirrors
                  .filter((mirror) => !faultySites.includes(mirror.site))
                  .flatMap((mirror) => toThere(federation, site, dataset, mirror)),
              ];
        return found.map(({ path, ...rest }) => ({
          ...{ site: site.id, path: ["datasets", dataset.id, ...path] },
          ...rest,
        }));
      }),
    ),
};

/** Whether a dataset can be copied from where it is. */
function fromHere(site: ResolvedAwsSite, dataset: ResolvedDataset): Wrong[] {
  const at = { path: ["mirrors"], atKey: true };
  if (dataset.access !== "public")
    return [
      {
        ...at,
        message: "only public datasets are mirrored: who else may read one is said for its own site",
        fix: "remove it",
      },
    ];
  const bucket = site.buckets.find(({ id }) => id === dataset.bucket);
  const message = bucket && unfit(bucket);
  return message ? [{ ...at, message: `its bucket ${bucket?.id} ${message}`, fix: "keep it in another library" }] : [];
}

/** Why S3 cannot copy from or into a bucket. */
function unfit(bucket: ResolvedAwsBucket): string | undefined {
  if (bucket.existing) return "exists, and nothing of it is changed";
  return bucket.keepVersionsDays === null ? "keeps no versions, without which S3 copies nothing" : undefined;
}

function toThere(
  federation: ResolvedFederation,
  own: ResolvedAwsSite,
  dataset: ResolvedDataset,
  { site: id, bucket: wanted }: ResolvedDataset["mirrors"][number],
): Wrong[] {
  const lakes = awsSites(federation).filter((site) => site.id !== own.id);
  const atSite = { path: ["mirrors", id], atKey: true };
  const target = federation.sites.find((site) => site.id === id);
  if (target?.provider !== "aws" || target.id === own.id) {
    const ids = lakes.map((site) => site.id);
    const fix = didYouMean(id, ids) ?? "name another site on AWS, or remove it";
    return [{ ...atSite, message: noMirror(target?.provider, id === own.id), allowed: listed(ids), fix }];
  }
  const atBucket = { path: ["mirrors", id, "bucket"] };
  const bucket = target.buckets.find((one) => one.id === wanted);
  const fitting = target.buckets.filter((one) => one.purpose === "library" && one.public && !unfit(one));
  const allowed = listed(fitting.map((one) => one.id));
  if (!bucket) {
    const fix =
      didYouMean(
        wanted,
        fitting.map((one) => one.id),
      ) ?? "name a public library there";
    return [{ ...atBucket, message: `site ${id} has no such bucket`, allowed, fix }];
  }
  const why = bucket.purpose === "library" && bucket.public ? unfit(bucket) : "is no public library";
  if (why) return [{ ...atBucket, message: `bucket ${wanted} of ${id} ${why}`, allowed, fix: "name another one" }];
  const mirror = mirrorsOf(federation).find((one) => one.dataset === dataset && one.to.site.id === id);
  return mirror ? beside(federation, mirror).map((wrong) => ({ ...atBucket, ...wrong })) : [];
}

function noMirror(provider: string | undefined, itself: boolean): string {
  if (itself) return "this is the dataset's own site";
  if (provider === undefined) return "the federation has no such site";
  return `S3 copies to buckets of AWS only, and this version copies nothing to a site of provider ${provider}`;
}

/** Whether a copy would lie in another dataset's way, or be moved by its age. */
function beside(federation: ResolvedFederation, { dataset, to }: Mirror): Omit<Wrong, "path">[] {
  const others = [
    ...to.site.datasets.filter((one) => one.bucket === to.bucket.id),
    ...mirrorsOf(federation)
      .filter((one) => one.to.bucket === to.bucket && one.dataset !== dataset)
      .map((one) => one.dataset),
  ];
  const other = others.find((one) => nested(one.path, dataset.path));
  if (other) {
    const message = `its copy would overlap there with ${other.path}, the path of dataset ${other.id}`;
    return [{ message, fix: "name another bucket" }];
  }
  if (dataset.kind !== "icechunk" || to.bucket.coldAfterDays === null) return [];
  const message = "objects there turn cold by age, which does not tell which chunks of an Icechunk repository are old";
  return [{ message, fix: "name another bucket, or remove its coldAfterDays" }];
}

function nested(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
