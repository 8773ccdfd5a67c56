import type { ResolvedFederation } from "../resolve/federation";
import type { Rule, RuleFinding } from "./rule";
import { cloudLakes, clusterSites, hpcSites } from "./walk";

/** Datasets lie in libraries only (`dataset-bucket`), so none is where things expire. */
export const expiryIsScratchOnly: Rule = {
  id: "expiry-is-scratch-only",
  reason: "Objects expire, stores do not: a store that lost its old chunks reads as fill values.",
  check: (federation) => [
    ...byTheCentre(federation),
    ...[...cloudLakes(federation), ...hpcSites(federation), ...clusterSites(federation)].flatMap((site) =>
      site.buckets.flatMap((bucket) => {
        // A directory that exists may be anybody's; a store's bucket that is called scratch expires where that is asked for.
        const notOurs = site.provider !== "kubernetes" && bucket.existing;
        if (bucket.expireAsked === null || (bucket.purpose === "scratch" && !notOurs)) return [];
        const path = ["lake", "buckets", bucket.id, "expire"];
        const message = notOurs
          ? "nothing of an existing bucket is ever removed, so it cannot expire"
          : `only scratch expires, and this bucket is ${bucket.purpose}`;
        return [{ site: site.id, path, message, got: `days: ${bucket.expireAsked}`, fix: "remove it" }];
      }),
    ),
  ],
};

/** Also of what existed before: the centre deletes there whoever made it. */
function byTheCentre(federation: ResolvedFederation): RuleFinding[] {
  return hpcSites(federation).flatMap((site) =>
    site.buckets
      .filter((bucket) => bucket.centreExpires && bucket.purpose !== "scratch")
      .map(({ id, purpose }) => ({
        site: site.id,
        path: ["lake", "buckets", id, "expire"],
        message: `where a centre deletes by age is no place for a bucket that is ${purpose}`,
        fix: "give it a directory that is never purged, and remove this",
      })),
  );
}
