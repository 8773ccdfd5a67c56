import type { App } from "cdktf";
import type { ResolvedAwsClusterSite } from "../../config/resolve/aws-site";
import { bucketsGranted } from "../../config/resolve/grants";
import { EksPlatform } from "../../constructs/aws/eks-platform";
import { platformStacks } from "../kubernetes/stacks";
import type { FederationProps, SiteStack } from "../site-stack";
import { awsGroundStacks, awsLakeStacks } from "./stacks";

/** The stacks of a site with a cluster: the lake, what hubs stand on, and what stands on it. */
export function awsPlatformStacks(app: App, site: ResolvedAwsClusterSite, props: FederationProps): SiteStack[] {
  const lake = awsLakeStacks(app, site, props);
  const ground = awsGroundStacks(app, site, props);
  const granted = new Map(site.hubs.map((hub) => [hub.id, bucketsGranted(props.federation, site, hub)]));
  const platform = new EksPlatform(props.federation.id, site, granted);
  const standing = platformStacks(app, site, platform, props);
  for (const stack of standing) for (const needed of [...lake, ...ground]) stack.addDependency(needed);
  return [...lake, ...ground, ...standing];
}
