import { audienceOf, isForHubsOf } from "../resolve/audience";
import { signsInByFederation } from "../resolve/hub-base";
import { didYouMean, listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { allHubs } from "./walk";

export const bucketRights: Rule = {
  id: "bucket-rights",
  reason:
    "A library is written by its datasets' publishers only, and read unpublished only by people somebody vouches for.",
  check: (federation) =>
    allHubs(federation).flatMap(({ site, hub }) =>
      Object.entries(hub.rightsTold).flatMap(([id, right]): RuleFinding[] => {
        const at = { site: site.id, path: ["hubs", hub.id, "buckets", id] };
        const bucket = site.buckets.find((b) => b.id === id);
        const ids = site.buckets.map((b) => b.id);
        if (!bucket) {
          const fix = didYouMean(id, ids) ?? "name a bucket of this site, or remove it";
          const message = "the site has no such bucket";
          return [{ ...at, atKey: true, message, allowed: listed(ids), fix }];
        }
        if (bucket.purpose !== "library" || right === "none") return [];
        if (right === "write") {
          const fix = `name ${hub.id} in \`publishers\` of the datasets that it writes`;
          return [{ ...at, message: "nobody writes a whole library", allowed: "read, none", fix }];
        }
        if (bucket.public) return [];
        const audience = audienceOf(bucket, site.datasets);
        if (audience !== null && !isForHubsOf(audience, site.id)) {
          const message = "its datasets are for others: their access names groups, or not this site";
          return [{ ...at, message, allowed: "none", fix: "remove it, or name this site alone in their access" }];
        }
        if (signsInByFederation(hub)) return [];
        const message = `this library is not public, and nobody of the federation vouches for people who sign in by ${hub.auth.kind}`;
        return [{ ...at, message, allowed: "none", fix: "remove it" }];
      }),
    ),
};
