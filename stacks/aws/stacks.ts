import type { App } from "cdktf";
import type { ResolvedAwsClusterSite, ResolvedAwsSite } from "../../config/resolve/aws-site";
import { isMade } from "../../config/resolve/cluster-site";
import type { FederationProps, SiteStack } from "../site-stack";
import { AwsClusterStack } from "./cluster";
import { AwsHomesStack } from "./homes";
import { AwsLakeStack } from "./lake";

/** The lake of a site on AWS: no stack where all of its buckets exist. */
export function awsLakeStacks(app: App, site: ResolvedAwsSite, props: FederationProps): SiteStack[] {
  if (site.buckets.every((bucket) => bucket.existing)) return [];
  return [new AwsLakeStack(app, { ...props, site })];
}

/** What hubs stand on: what homes lie on, which outlives it, and the cluster. */
export function awsGroundStacks(app: App, site: ResolvedAwsClusterSite, props: FederationProps): SiteStack[] {
  const homes = site.homes.some(isMade) ? [new AwsHomesStack(app, { ...props, site })] : [];
  return [...homes, new AwsClusterStack(app, { ...props, site })];
}
