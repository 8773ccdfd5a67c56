import type { ResolvedCloudBucket } from "../resolve/cloud-bucket";
import type { ResolvedSite } from "../resolve/site";
import type { Rule } from "./rule";
import { cloudLakes } from "./walk";

export const coldTier: Rule = {
  id: "cold-tier",
  reason: "Scratch ends before it is cold, and old snapshots of Icechunk share what its newest one reads.",
  check: (federation) =>
    cloudLakes(federation).flatMap((site) =>
      site.buckets.flatMap((bucket) => {
        const message = bucket.coldAfterDays === null ? undefined : unfit(site, bucket);
        if (message === undefined) return [];
        return [{ site: site.id, path: ["lake", "buckets", bucket.id, "coldAfterDays"], message, fix: "remove it" }];
      }),
    ),
};

function unfit(site: ResolvedSite, { id, purpose }: ResolvedCloudBucket): string | undefined {
  if (purpose === "scratch") return "what is in scratch expires";
  const repository = site.datasets.find((dataset) => dataset.bucket === id && dataset.kind === "icechunk");
  return (
    repository && `${repository.id} lies in it, an Icechunk repository: which chunks are old, their age does not tell`
  );
}
