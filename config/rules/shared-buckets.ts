import type { ResolvedFederation } from "../resolve/federation";
import type { Rule, RuleFinding } from "./rule";

/** A bucket of a store that somebody else runs, as a site names it. */
interface Named {
  readonly site: string;
  readonly id: string;
  readonly place: string;
  readonly purpose: string;
  readonly public: boolean;
}

export const sharedBuckets: Rule = {
  id: "shared-buckets",
  reason:
    "Sites that name one bucket of one store must agree: what is scratch to one would expire in another's library.",
  check: (federation) => {
    const all = namedBuckets(federation);
    return all.flatMap((bucket, i): RuleFinding[] => {
      const path = ["lake", "buckets", bucket.id];
      const other = all.slice(0, i).find((b) => b.place === bucket.place && b.site !== bucket.site);
      if (!other) return [];
      const says = (word: string) => `bucket ${other.id} of site ${other.site} is the same one, and ${word} there`;
      const fix = "say the same at both, or name another bucket";
      if (other.purpose !== bucket.purpose)
        return [{ site: bucket.site, path: [...path, "purpose"], message: says(other.purpose), fix }];
      if (other.public !== bucket.public)
        return [
          { site: bucket.site, path: [...path, "public"], message: says(other.public ? "public" : "not public"), fix },
        ];
      return [];
    });
  },
};

function namedBuckets(federation: ResolvedFederation): Named[] {
  return federation.sites.flatMap((site) => {
    if (site.provider === "hpc") return [];
    const { endpoint } = site.provider === "store" ? site : site.s3;
    return site.buckets.map((b) => ({ ...b, site: site.id, place: `${endpoint.toLowerCase()}/${b.name}` }));
  });
}
