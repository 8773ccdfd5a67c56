import type { App } from "cdktf";
import { isMade } from "../../config/resolve/cluster-site";
import { hasGoogleCluster, type ResolvedGoogleSite } from "../../config/resolve/google-site";
import type { FederationProps, SiteStack } from "../site-stack";
import { GoogleClusterStack } from "./cluster";
import { GoogleHomesStack } from "./homes";
import { GoogleLakeStack } from "./lake";

/** The stacks of a site on Google Cloud. */
export function googleStacks(app: App, site: ResolvedGoogleSite, props: FederationProps): SiteStack[] {
  return [...googleLakeStacks(app, site, props), ...googleGroundStacks(app, site, props)];
}

/** The lake of a site on Google Cloud: no stack where all of its buckets exist. */
export function googleLakeStacks(app: App, site: ResolvedGoogleSite, props: FederationProps): SiteStack[] {
  if (site.buckets.every((bucket) => bucket.existing)) return [];
  return [new GoogleLakeStack(app, { ...props, site })];
}

/** What homes lie on, which outlives it, and the cluster. */
function googleGroundStacks(app: App, site: ResolvedGoogleSite, props: FederationProps): SiteStack[] {
  if (!hasGoogleCluster(site)) return [];
  const homes = site.homes.some(isMade) ? [new GoogleHomesStack(app, { ...props, site })] : [];
  return [...homes, new GoogleClusterStack(app, { ...props, site })];
}
