import type { ResolvedAwsBucket } from "../resolve/aws-site";
import type { ResolvedFederation } from "../resolve/federation";
import type { ResolvedDataset } from "../resolve/lake";
import type { ResolvedHpcSite, ResolvedSite } from "../resolve/site";
import { didYouMean, listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { allDatasets, machineOf } from "./walk";

/** What is wrong, at a key below the dataset's. */
type Wrong = Omit<RuleFinding, "site" | "path"> & { readonly path: readonly string[] };
type Mirror = ResolvedDataset["mirrors"][number];

export const mirrors: Rule = {
  id: "mirrors",
  reason:
    "S3 copies between buckets of AWS, a computing centre what anybody reads; a copy is public, at a path of its own.",
  check: (federation, { faultySites }) =>
    allDatasets(federation).flatMap(({ site, dataset }) => {
      if (dataset.mirrors.length === 0) return [];
      const known = dataset.mirrors.filter((mirror) => !faultySites.includes(mirror.site));
      const found = [
        ...fromHere(federation, site, dataset),
        ...known.flatMap((mirror) => toThere(federation, site, dataset, mirror)),
      ];
      return found.map(({ path, ...rest }) => ({
        ...{ site: site.id, path: ["datasets", dataset.id, ...path] },
        ...rest,
      }));
    }),
};

/** Whether a dataset can be copied from where it is. */
function fromHere(federation: ResolvedFederation, site: ResolvedSite, dataset: ResolvedDataset): Wrong[] {
  const at = { path: ["mirrors"], atKey: true };
  if (dataset.access !== "public")
    return [
      {
        ...at,
        message: "only public datasets are mirrored: who else may read one is said for its own site",
        fix: "remove it",
      },
    ];
  if (site.provider !== "aws" || !dataset.mirrors.some((mirror) => isOnAws(federation, mirror.site))) return [];
  const bucket = site.buckets.find(({ id }) => id === dataset.bucket);
  const message = bucket && unfit(bucket);
  return message ? [{ ...at, message: `its bucket ${bucket?.id} ${message}`, fix: "keep it in another library" }] : [];
}

function isOnAws({ sites }: ResolvedFederation, id: string): boolean {
  return sites.some((site) => site.id === id && site.provider === "aws");
}

/** Why S3 cannot copy from or into a bucket. */
function unfit(bucket: ResolvedAwsBucket): string | undefined {
  if (bucket.existing) return "exists, and nothing of it is changed";
  return bucket.keepVersionsDays === null ? "keeps no versions, without which S3 copies nothing" : undefined;
}

function toThere(federation: ResolvedFederation, own: ResolvedSite, dataset: ResolvedDataset, mirror: Mirror): Wrong[] {
  const atSite = { path: ["mirrors", mirror.site], atKey: true };
  const takes = (site: ResolvedSite) =>
    site.id !== own.id && (site.provider === "hpc" || (site.provider === "aws" && own.provider === "aws"));
  const target = federation.sites.find((site) => site.id === mirror.site);
  if (!target || !takes(target)) {
    const ids = federation.sites.filter(takes).map((site) => site.id);
    const fix = didYouMean(mirror.site, ids) ?? "name another site that keeps copies, or remove it";
    return [{ ...atSite, message: noMirror(own, target), allowed: listed(ids), fix }];
  }
  const way =
    target.provider === "hpc"
      ? outOfReach(own, dataset, target).map((wrong) => ({ ...atSite, ...wrong }))
      : scheduled(mirror);
  const wrong = [...way, ...inBucket(target, mirror)];
  return wrong.length > 0 ? wrong : beside(federation, target, dataset, mirror);
}

function noMirror(own: ResolvedSite, target: ResolvedSite | undefined): string {
  if (!target) return "the federation has no such site";
  if (target.id === own.id) return "this is the dataset's own site";
  if (target.provider === "aws") return "S3 copies between buckets of AWS only, and a site on AWS fetches nothing";
  return `this version copies nothing to a site of provider ${target.provider}`;
}

function scheduled({ site, every }: Mirror): Wrong[] {
  if (every === null) return [];
  const message = "S3 copies within minutes of each write: there is nothing to look for";
  return [{ path: ["mirrors", site, "every"], message, fix: "remove it" }];
}

/** A store that answers on its own machine alone is read by programs of that machine. */
function outOfReach(own: ResolvedSite, { place }: ResolvedDataset, target: ResolvedHpcSite): Omit<Wrong, "path">[] {
  const here = /^https?:\/\/(?:127\.|localhost\b|\[::1\])/.test(place.endpoint);
  if (!here || (own.provider === "hpc" && machineOf(own) === machineOf(target))) return [];
  const message = `the dataset is at ${place.endpoint}, which ${target.id} does not reach: it is on another machine`;
  return [{ message, fix: `give ${own.id} a name and an address (domain, tls, listen), or remove it` }];
}

/** Whether the bucket is there and takes copies. */
function inBucket(target: ResolvedSite, { site: id, bucket: wanted }: Mirror): Wrong[] {
  const at = { path: ["mirrors", id, "bucket"] };
  const why = (bucket: ResolvedSite["buckets"][number]) =>
    bucket.purpose === "library" && bucket.public ? unfitAt(target, bucket.id) : "is no public library";
  const fitting = target.buckets.filter((bucket) => why(bucket) === undefined).map((bucket) => bucket.id);
  const allowed = listed(fitting);
  const bucket = target.buckets.find((one) => one.id === wanted);
  if (!bucket) {
    const fix = didYouMean(wanted, fitting) ?? "name a public library there";
    return [{ ...at, message: `site ${id} has no such bucket`, allowed, fix }];
  }
  const message = why(bucket);
  return message ? [{ ...at, message: `bucket ${wanted} of ${id} ${message}`, allowed, fix: "name another one" }] : [];
}

function unfitAt(target: ResolvedSite, id: string): string | undefined {
  const bucket = target.provider === "aws" ? target.buckets.find((one) => one.id === id) : undefined;
  return bucket && unfit(bucket);
}

/** Whether a copy would lie in another dataset's way, or be moved by its age. */
function beside(federation: ResolvedFederation, target: ResolvedSite, dataset: ResolvedDataset, to: Mirror): Wrong[] {
  const at = { path: ["mirrors", to.site, "bucket"] };
  const others = [
    ...target.datasets.filter((one) => one.bucket === to.bucket),
    ...allDatasets(federation)
      .map((one) => one.dataset)
      .filter(
        (one) => one !== dataset && one.mirrors.some(({ site, bucket }) => site === to.site && bucket === to.bucket),
      ),
  ];
  const other = others.find((one) => nested(one.path, dataset.path));
  if (other) {
    const message = `its copy would overlap there with ${other.path}, the path of dataset ${other.id}`;
    return [{ ...at, message, fix: "name another bucket" }];
  }
  const bucket = target.provider === "aws" ? target.buckets.find((one) => one.id === to.bucket) : undefined;
  if (dataset.kind !== "icechunk" || bucket === undefined || bucket.coldAfterDays === null) return [];
  const message = "objects there turn cold by age, which does not tell which chunks of an Icechunk repository are old";
  return [{ ...at, message, fix: "name another bucket, or remove its coldAfterDays" }];
}

function nested(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
