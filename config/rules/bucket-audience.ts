import type { ResolvedDataset } from "../resolve/lake";
import type { ResolvedSite } from "../resolve/site";
import type { Rule, RuleFinding } from "./rule";

export const bucketAudience: Rule = {
  id: "bucket-audience",
  reason: "Grants are per bucket: one bucket, one audience, and public means that anybody reads and lists all of it.",
  check: (federation) => federation.sites.flatMap((site) => site.buckets.flatMap((bucket) => ofBucket(site, bucket))),
};

function ofBucket(site: ResolvedSite, bucket: ResolvedSite["buckets"][number]): RuleFinding[] {
  const datasets = site.datasets.filter((d) => d.bucket === bucket.id);
  const notLibrary = bucket.public && bucket.purpose !== "library";
  if (notLibrary) return [publicNonLibrary(site, bucket.id, bucket.purpose)];
  if (bucket.purpose !== "library") return [];
  const wrong = datasets.filter((d) => (d.access === "public") !== bucket.public);
  const first = datasets[0];
  const mixed = bucket.public ? [] : datasets.filter((d) => d.access !== "public" && d !== first);
  return [
    ...wrong.map((d) => wrongAudience(site, bucket, d)),
    ...mixed.filter((d) => audience(d) !== audience(first)).map((d) => otherAudience(site, bucket.id, d, first)),
  ];
}

function publicNonLibrary(site: ResolvedSite, id: string, purpose: string): RuleFinding {
  const message = `a ${purpose} bucket cannot be public: what users write there is theirs`;
  return { site: site.id, path: ["lake", "buckets", id, "public"], message, fix: "keep public data in a library" };
}

function wrongAudience(site: ResolvedSite, bucket: { id: string; public: boolean }, d: ResolvedDataset): RuleFinding {
  const path = ["datasets", d.id, "access"];
  if (bucket.public)
    return {
      site: site.id,
      path,
      message: `the bucket ${bucket.id} is public: anybody reads and lists all that is in it`,
      allowed: "public",
      fix: "put the dataset into a library that is not public",
    };
  return {
    site: site.id,
    path,
    message: `a public dataset, but the bucket ${bucket.id} is not public`,
    fix: `set lake.buckets.${bucket.id}.public: true, or say who may read the dataset`,
  };
}

function otherAudience(site: ResolvedSite, bucket: string, d: ResolvedDataset, first: ResolvedDataset | undefined) {
  const message = `another audience than ${first?.id} has, which lies in the same bucket`;
  const fix = `give both the same access, or a bucket of its own beside ${bucket}`;
  return { site: site.id, path: ["datasets", d.id, "access"], message, fix };
}

/** One spelling of who may read. */
function audience(dataset: ResolvedDataset | undefined): string {
  const access = dataset?.access ?? "public";
  if (typeof access === "string") return access;
  return JSON.stringify([[...(access.sites ?? [])].sort(), [...(access.groups ?? [])].sort()]);
}
