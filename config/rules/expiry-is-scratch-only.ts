import type { Rule } from "./rule";
import { hpcSites } from "./walk";

/** Datasets lie in libraries only (`dataset-bucket`), so none is where things expire. */
export const expiryIsScratchOnly: Rule = {
  id: "expiry-is-scratch-only",
  reason: "Objects expire, stores do not: a store that lost its old chunks reads as fill values.",
  check: (federation) =>
    hpcSites(federation).flatMap((site) =>
      site.buckets.flatMap((bucket) => {
        if (bucket.expireAsked === null || (bucket.purpose === "scratch" && !bucket.existing)) return [];
        const path = ["lake", "buckets", bucket.id, "expire"];
        const message = bucket.existing
          ? "nothing of an existing bucket is ever removed, so it cannot expire"
          : `only scratch expires, and this bucket is ${bucket.purpose}`;
        return [{ site: site.id, path, message, got: `days: ${bucket.expireAsked}`, fix: "remove it" }];
      }),
    ),
};
