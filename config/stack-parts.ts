import { stackName } from "./names";
import { isMade } from "./resolve/cluster-site";
import { type ResolvedSite, standsOnCluster } from "./resolve/site";

/** What a site's stacks are named after, beside its hubs' ids: in the order that they need each other. A store is only catalogued. */
export const ownParts = {
  aws: ["lake", "grants", "homes", "cluster", "services", "catalog"],
  google: ["lake", "homes", "cluster", "services", "catalog"],
  hpc: ["base"],
  kubernetes: ["homes", "services", "catalog"],
  store: [],
} as const satisfies Record<ResolvedSite["provider"], readonly string[]>;

/** Parts that a site has only where it keeps such things itself. */
const kept: Readonly<Record<string, (site: ResolvedSite) => boolean>> = {
  homes: (site) => standsOnCluster(site) && site.homes.some(isMade),
  cluster: standsOnCluster,
  services: standsOnCluster,
  catalog: standsOnCluster,
  grants: (site) => site.datasets.some((dataset) => dataset.mirrors.length > 0),
  lake: (site) => site.buckets.some((bucket) => !bucket.existing),
};

/** The parts that a site really has. */
function partsOf(site: ResolvedSite): readonly string[] {
  return ownParts[site.provider].filter((part) => kept[part]?.(site) ?? true);
}

/** The names of a site's stacks: its own, then its hubs'. */
export function siteStacks(site: ResolvedSite): string[] {
  return [...partsOf(site), ...site.hubs.map((hub) => hub.id)].map((part) => stackName(site.id, part));
}
