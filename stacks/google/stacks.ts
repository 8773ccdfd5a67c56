import type { App } from "cdktf";
import { stackName } from "../../config/names";
import { isBackedUp, isMade } from "../../config/resolve/cluster-site";
import type { ResolvedGoogleClusterSite, ResolvedGoogleSite } from "../../config/resolve/google-site";
import { isForOthers } from "../../config/resolve/grants";
import { isTransferred } from "../../config/resolve/mirrors";
import type { FederationProps, SiteStack } from "../site-stack";
import { GoogleBackupsStack } from "./backups";
import { GoogleClusterStack } from "./cluster";
import { GoogleGrantsStack } from "./grants";
import { GoogleHomesStack, madeFilestores } from "./homes";
import { GoogleLakeStack } from "./lake";

/** The lake of a site on Google Cloud: no stack where all of its buckets exist and no hub is an account. */
export function googleLakeStacks(app: App, site: ResolvedGoogleSite, props: FederationProps): SiteStack[] {
  if (site.buckets.every((bucket) => bucket.existing) && site.hubs.length === 0) return [];
  return [new GoogleLakeStack(app, { ...props, site })];
}

/**
 * What hubs of other sites read of a site's lake, and copies: after that lake, and of the same project after the lakes of its other sites,
 * whose hubs are accounts of theirs and whose buckets are copied from. What lies in another project is made by its own people, whose stacks
 * are not brought up or taken down with these.
 */
export function googleGrantsStacks(
  app: App,
  site: ResolvedGoogleSite,
  props: FederationProps,
  stacks: readonly SiteStack[],
): SiteStack[] {
  const { federation } = props;
  if (!isForOthers(federation, site) && !isTransferred(federation, site)) return [];
  const grants = new GoogleGrantsStack(app, { ...props, site });
  const near = federation.sites.filter((one) => one.provider === "google" && one.project === site.project);
  const lakes = new Set(near.map(({ id }) => stackName(id, "lake")));
  for (const lake of stacks) if (lakes.has(lake.node.id)) grants.addDependency(lake);
  return [grants];
}

/**
 * What hubs stand on: what homes lie on, after the vault of their backups, and the cluster, which it outlives. But a file system is in a
 * network from its making on: where the cluster's stack makes that, it is there before, and does not go before.
 */
export function googleGroundStacks(app: App, site: ResolvedGoogleClusterSite, props: FederationProps): SiteStack[] {
  const homes = site.homes.some(isMade) ? [new GoogleHomesStack(app, { ...props, site })] : [];
  const cluster = new GoogleClusterStack(app, { ...props, site });
  if (site.cluster.network.kind === "made" && madeFilestores(site).length > 0)
    for (const stack of homes) stack.addDependency(cluster);
  const backups = site.homes.some(isBackedUp) ? [new GoogleBackupsStack(app, { ...props, site })] : [];
  for (const stack of homes) for (const vault of backups) stack.addDependency(vault);
  return [...backups, ...homes, cluster];
}
