import type { App } from "cdktf";
import { isMade } from "../../config/resolve/cluster-site";
import type { ResolvedGoogleClusterSite, ResolvedGoogleSite } from "../../config/resolve/google-site";
import type { FederationProps, SiteStack } from "../site-stack";
import { GoogleClusterStack } from "./cluster";
import { GoogleHomesStack } from "./homes";
import { GoogleLakeStack } from "./lake";

/** The lake of a site on Google Cloud: no stack where all of its buckets exist. */
export function googleLakeStacks(app: App, site: ResolvedGoogleSite, props: FederationProps): SiteStack[] {
  if (site.buckets.every((bucket) => bucket.existing)) return [];
  return [new GoogleLakeStack(app, { ...props, site })];
}

/** What hubs stand on: what homes lie on, which outlives it, and the cluster. */
export function googleGroundStacks(app: App, site: ResolvedGoogleClusterSite, props: FederationProps): SiteStack[] {
  const homes = site.homes.some(isMade) ? [new GoogleHomesStack(app, { ...props, site })] : [];
  return [...homes, new GoogleClusterStack(app, { ...props, site })];
}
