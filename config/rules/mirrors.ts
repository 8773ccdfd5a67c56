import type { ResolvedCloudBucket } from "../resolve/cloud-bucket";
import type { ResolvedFederation } from "../resolve/federation";
import type { ResolvedGoogleSite } from "../resolve/google-site";
import { isOwner, type Owner } from "../resolve/grants";
import type { ResolvedDataset } from "../resolve/lake";
import { prefixOf } from "../resolve/mirrors";
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
    "AWS and Google copy within their own cloud, a computing centre from any; a copy is public, at a path of its own.",
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
  if (!isOwner(site)) return [];
  const within = (id: string) => federation.sites.some((one) => one.id === id && one.provider === site.provider);
  if (!dataset.mirrors.some((mirror) => within(mirror.site))) return [];
  const bucket = bucketOf(site, dataset.bucket);
  const message = bucket && (unmade(bucket) ?? (site.provider === "aws" ? versionless(site, bucket) : undefined));
  return message ? [{ ...at, message: `its bucket ${bucket?.id} ${message}`, fix: "keep it in another library" }] : [];
}

function bucketOf(site: Owner, id: string): ResolvedCloudBucket | undefined {
  return (site.buckets as readonly ResolvedCloudBucket[]).find((bucket) => bucket.id === id);
}

/** Why a cloud cannot be told to copy from or into a bucket. */
function unmade({ existing }: ResolvedCloudBucket): string | undefined {
  return existing ? "exists, and nothing of it is changed" : undefined;
}

/** Why copies cannot do without versions. */
const withoutVersions = {
  aws: "keeps no versions, without which S3 copies nothing",
  google: "keeps no versions, and what the original loses by mistake would be lost there too",
} as const;

function versionless(site: Owner, { keepVersionsDays }: ResolvedCloudBucket): string | undefined {
  return keepVersionsDays === null ? withoutVersions[site.provider] : undefined;
}

function toThere(federation: ResolvedFederation, own: ResolvedSite, dataset: ResolvedDataset, mirror: Mirror): Wrong[] {
  const atSite = { path: ["mirrors", mirror.site], atKey: true };
  const takes = (site: ResolvedSite) =>
    site.id !== own.id && (site.provider === "hpc" || (isOwner(site) && site.provider === own.provider));
  const target = federation.sites.find((site) => site.id === mirror.site);
  if (!target || !takes(target)) {
    const ids = federation.sites.filter(takes).map((site) => site.id);
    const fix = didYouMean(mirror.site, ids) ?? "name another site that keeps copies, or remove it";
    return [{ ...atSite, message: noMirror(own, target), allowed: listed(ids), fix }];
  }
  const way =
    target.provider === "hpc"
      ? outOfReach(own, dataset, target)
      : [...emptied(own), ...(target.provider === "google" ? numberless(own, target) : [])];
  const wrong = [
    ...way.map((one) => ({ ...atSite, ...one })),
    ...(target.provider === "aws" ? scheduled(mirror) : []),
    ...inBucket(target, mirror),
  ];
  return wrong.length > 0 ? wrong : beside(federation, target, { site: own, dataset }, mirror);
}

function noMirror(own: ResolvedSite, target: ResolvedSite | undefined): string {
  if (!target) return "the federation has no such site";
  if (target.id === own.id) return "this is the dataset's own site";
  if (target.provider === "aws") return "S3 copies between buckets of AWS only, and a site on AWS fetches nothing";
  if (target.provider === "google")
    return "Storage Transfer is told to copy between buckets of Google Cloud only, and a site there fetches nothing";
  return `this version copies nothing to a site of provider ${target.provider}`;
}

/** A cloud deletes in a copy what the original has no more; a computing centre keeps it where the original is empty. */
function emptied({ id, expires }: ResolvedSite): Omit<Wrong, "path">[] {
  if (expires === null) return [];
  const message = `${id} ends at ${expires}, and a cloud empties a copy with its original`;
  return [{ message, fix: "write `expires` on its hubs instead, or have a computing centre keep the copy" }];
}

function scheduled({ site, every }: Mirror): Wrong[] {
  if (every === null) return [];
  const message = "S3 copies within minutes of each write: there is nothing to look for";
  return [{ path: ["mirrors", site, "every"], message, fix: "remove it" }];
}

/** Of jobs of another project the original's bucket knows the account, which is named by that project's number. */
function numberless(own: ResolvedSite, target: ResolvedGoogleSite): Omit<Wrong, "path">[] {
  if (target.projectNumber !== null || (own.provider === "google" && own.project === target.project)) return [];
  const message = `jobs of ${target.id}'s project read the original by an account that is named by the project's number, which ${target.id} does not say`;
  const fix = `write projectNumber in ${target.id}'s file, as gcloud projects describe ${target.project} --format="value(projectNumber)" prints it, in quotes`;
  return [{ message, fix }];
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
  if (!isOwner(target)) return undefined;
  const bucket = bucketOf(target, id);
  return bucket && (unmade(bucket) ?? versionless(target, bucket));
}

interface Original {
  readonly site: ResolvedSite;
  readonly dataset: ResolvedDataset;
}

/** Whether a copy would lie in another dataset's way, or be moved by its age. */
function beside(federation: ResolvedFederation, target: ResolvedSite, original: Original, to: Mirror): Wrong[] {
  const { dataset } = original;
  const at = { path: ["mirrors", to.site, "bucket"] };
  const others = [
    ...target.datasets.filter((one) => one.bucket === to.bucket).map((one) => ({ site: target, dataset: one })),
    ...allDatasets(federation).filter(
      (one) =>
        one.dataset !== dataset &&
        one.dataset.mirrors.some(({ site, bucket }) => site === to.site && bucket === to.bucket),
    ),
  ];
  const other = others.find((one) => inTheWay(target, one, original))?.dataset;
  if (other) {
    const message = `its copy would overlap there with ${other.path}, the path of dataset ${other.id}`;
    return [{ ...at, message, fix: "name another bucket" }];
  }
  const bucket = isOwner(target) ? bucketOf(target, to.bucket) : undefined;
  if (dataset.kind !== "icechunk" || bucket === undefined || bucket.coldAfterDays === null) return [];
  const message = "objects there turn cold by age, which does not tell which chunks of an Icechunk repository are old";
  return [{ ...at, message, fix: "name another bucket, or remove its coldAfterDays" }];
}

/**
 * Whether a copy of one may hold, or lose, what is the other's. A cloud that copies both from one bucket finds each key there at most once:
 * only a path below the other is in the way. A computing centre fetches each by its own kind, so that none may fetch the other's.
 */
function inTheWay(target: ResolvedSite, a: Original, b: Original): boolean {
  const together = isOwner(target) && a.site.id === b.site.id && a.dataset.bucket === b.dataset.bucket;
  const keys = ({ dataset }: Original) => (together ? `${dataset.path}/` : prefixOf(dataset));
  return overlap(keys(a), keys(b));
}

/** Whether keys that begin with one may begin with the other: clouds copy, and Google deletes, by how keys begin. */
function overlap(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}
