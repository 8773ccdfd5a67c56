import { stackName } from "./names";
import { isBackedUp, isMade } from "./resolve/cluster-site";
import { isForOthers, isOwner, type Owner } from "./resolve/grants";
import { isTransferred } from "./resolve/mirrors";
import { type ResolvedSite, standsOnCluster } from "./resolve/site";

/**
 * What a site's stacks are named after, beside its hubs' ids: what is needed before what needs it, but that homes may need the cluster on Google
 * Cloud. Stacks themselves say whom they wait for. A store is only catalogued.
 */
export const ownParts = {
  aws: ["lake", "grants", "homes", "cluster", "services", "catalog"],
  google: ["lake", "grants", "backups", "homes", "cluster", "services", "catalog"],
  hpc: ["base"],
  kubernetes: ["homes", "services", "catalog"],
  store: [],
} as const satisfies Record<ResolvedSite["provider"], readonly string[]>;

/** Parts that a site has only where it keeps such things itself. */
const kept: Readonly<Record<string, (site: ResolvedSite, sites: readonly ResolvedSite[]) => boolean>> = {
  backups: (site) => standsOnCluster(site) && site.homes.some(isBackedUp),
  homes: (site) => standsOnCluster(site) && site.homes.some(isMade),
  cluster: standsOnCluster,
  services: standsOnCluster,
  catalog: standsOnCluster,
  grants: (site, sites) => isOwner(site) && (isCopied(site, sites) || isForOthers({ sites }, site)),
  // On Google Cloud the accounts of hubs are the lake's.
  lake: (site) =>
    site.buckets.some((bucket) => !bucket.existing) || (site.provider === "google" && site.hubs.length > 0),
};

/** Whether a cloud copies datasets from a site, or to it, by something in that stack. */
function isCopied(site: Owner, sites: readonly ResolvedSite[]): boolean {
  if (site.provider === "google") return isTransferred({ sites }, site);
  const onAws = (id: string) => sites.some((one) => one.id === id && one.provider === "aws");
  return site.datasets.some(({ mirrors }) => mirrors.some((mirror) => onAws(mirror.site)));
}

/** The parts that a site really has. */
function partsOf(site: ResolvedSite, sites: readonly ResolvedSite[]): readonly string[] {
  return ownParts[site.provider].filter((part) => kept[part]?.(site, sites) ?? true);
}

/** The names of a site's stacks: its own, then its hubs'. `sites`: all of the federation. */
export function siteStacks(site: ResolvedSite, sites: readonly ResolvedSite[]): string[] {
  return [...partsOf(site, sites), ...site.hubs.map((hub) => hub.id)].map((part) => stackName(site.id, part));
}
