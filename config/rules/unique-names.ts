import { reservedParts, stackName } from "../names";
import type { ResolvedFederation } from "../resolve/federation";
import { ownParts } from "../stack-parts";
import type { Rule, RuleFinding } from "./rule";
import { allDatasets } from "./walk";

/** A name, whose it is in words, and where it is written. */
interface Claim {
  readonly name: string;
  readonly owner: string;
  readonly site: string;
  readonly path: readonly string[];
}

/** Site ids are compared in load.ts, where both files are known. */
export const uniqueNames: Rule = {
  id: "unique-names",
  reason: "Two things of one name in a federation are one thing to its stores, URLs and state.",
  check: (federation) => [
    ...taken(datasetClaims(federation), (c) => `the dataset id ${c.name} is taken by ${c.owner}`),
    ...taken(madeBuckets(federation), (c) => `its bucket would be named ${c.name}, like ${c.owner}`),
    ...sameBucketTwice(federation),
    ...taken(stackClaims(federation), (c) => `its stack would be named ${c.name}, like ${c.owner}`),
  ],
};

/** A finding for each claim whose name an earlier one has. */
function taken(claims: readonly Claim[], message: (first: Claim) => string): RuleFinding[] {
  const seen = new Map<string, Claim>();
  return claims.flatMap((claim) => {
    const first = seen.get(claim.name);
    if (!first) {
      seen.set(claim.name, claim);
      return [];
    }
    const fix = "rename one of them";
    return [{ site: claim.site, path: claim.path, atKey: true, message: message(first), fix }];
  });
}

function datasetClaims(federation: ResolvedFederation): Claim[] {
  return allDatasets(federation).map(({ site, dataset }) => ({
    name: dataset.id,
    owner: `site ${site.id}`,
    site: site.id,
    path: ["datasets", dataset.id],
  }));
}

/** Names that are computed; `fed-a-b-c` is bucket c of site a-b as well as bucket b-c of site a. */
function madeBuckets(federation: ResolvedFederation): Claim[] {
  return federation.sites.flatMap((site) =>
    site.buckets.flatMap((bucket) => {
      const owner = `bucket ${bucket.id} of site ${site.id}`;
      return bucket.existing ? [] : [{ name: bucket.name, owner, site: site.id, path: ["lake", "buckets", bucket.id] }];
    }),
  );
}

/** What exists may be named by several sites, but a site has one bucket of a name. */
function sameBucketTwice(federation: ResolvedFederation): RuleFinding[] {
  return federation.sites.flatMap((site) => {
    const claims = site.buckets.map((bucket) => ({
      name: bucket.name,
      owner: `bucket ${bucket.id}`,
      site: site.id,
      path: ["lake", "buckets", bucket.id],
    }));
    return taken(claims, (c) => `it is the same bucket, ${c.name}, as ${c.owner} of this site`);
  });
}

/** Reserved ids are a fault of their own (`reserved-names`). */
function notReserved(hub: { id: string }): boolean {
  return !(reservedParts as readonly string[]).includes(hub.id);
}

function stackClaims(federation: ResolvedFederation): Claim[] {
  return federation.sites.flatMap((site) => [
    ...ownParts[site.provider].map((part) => ({
      name: stackName(site.id, part),
      owner: `the ${part} of site ${site.id}`,
      site: site.id,
      path: ["site"],
    })),
    ...site.hubs.filter(notReserved).map((hub) => ({
      name: stackName(site.id, hub.id),
      owner: `hub ${hub.id} of site ${site.id}`,
      site: site.id,
      path: ["hubs", hub.id],
    })),
  ]);
}
