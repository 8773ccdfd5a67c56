import { homeNamespace, reservedHosts, reservedParts, stackName } from "../names";
import type { ResolvedFederation } from "../resolve/federation";
import { ownParts } from "../stack-parts";
import type { Rule, RuleFinding } from "./rule";
import { allDatasets, clusterHubs, clusterSites } from "./walk";

/** A name, whose it is in words, and where it is written. */
interface Claim {
  readonly name: string;
  readonly owner: string;
  /** Absent in the federation's file. */
  readonly site?: string;
  readonly path: readonly string[];
}

/** Site ids are compared in load.ts, where both files are known. */
export const uniqueNames: Rule = {
  id: "unique-names",
  reason: "Two things of one name in a federation are one thing to its stores, URLs and state.",
  check: (federation) => [
    ...taken(entityClaims(federation), (c) => `its people are those of ${c.owner}: the issuer names both ${c.name}`),
    ...taken(datasetClaims(federation), (c) => `the dataset id ${c.name} is taken by ${c.owner}`),
    ...taken(madeBuckets(federation), (c) => `its bucket would be named ${c.name}, like ${c.owner}`),
    ...sameBucketTwice(federation),
    ...taken(stackClaims(federation), (c) => `its stack would be named ${c.name}, like ${c.owner}`),
    ...homeNamespaces(federation),
    ...taken(hostClaims(federation), (c) => `its host would be ${c.name}, like ${c.owner}`),
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
    const at = claim.site === undefined ? {} : { site: claim.site };
    return [{ ...at, path: claim.path, atKey: true, message: message(first), fix }];
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

/** The portals' hosts, those of their data and of their hubs. */
function hostClaims(federation: ResolvedFederation): Claim[] {
  return clusterSites(federation).flatMap((site) => {
    const own = { site: site.id, path: ["domain"] };
    const hubs = site.hubs.filter((hub) => !(reservedHosts as readonly string[]).includes(hub.id));
    return [
      { ...own, name: site.domain, owner: `the portal of site ${site.id}` },
      { ...own, name: site.dataHost, owner: `the data of site ${site.id}` },
      ...hubs.map((hub) => ({
        ...{ name: hub.host, owner: `hub ${hub.id} of site ${site.id}` },
        ...{ site: site.id, path: ["hubs", hub.id] },
      })),
    ];
  });
}

/** By its entity id a person's institution is known. */
function entityClaims({ identity }: ResolvedFederation): Claim[] {
  return Object.entries(identity?.institutions ?? {}).map(([idp, { entity }]) => {
    return { name: entity, owner: idp, path: ["identity", "idps", idp, "entity"] };
  });
}

/** Hubs whose namespace is that of a home; those of two hubs are named as their stacks are. */
function homeNamespaces(federation: ResolvedFederation): RuleFinding[] {
  const homes = clusterSites(federation).flatMap((site) =>
    site.homes.flatMap(({ id, kind }) =>
      kind === "nfs" ? [{ name: homeNamespace(site.id, id), owner: `home ${id} of site ${site.id}` }] : [],
    ),
  );
  return clusterHubs(federation).flatMap(({ site, hub }) => {
    const home = homes.find(({ name }) => name === hub.namespace);
    if (!home) return [];
    const message = `its namespace would be ${home.name}, like that of ${home.owner}`;
    return [{ site: site.id, path: ["hubs", hub.id], atKey: true, message, fix: "rename one of them" }];
  });
}
