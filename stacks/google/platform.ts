import type { App } from "cdktf";
import type { ResolvedGoogleClusterSite } from "../../config/resolve/google-site";
import { GkePlatform } from "../../constructs/google/gke-platform";
import { platformStacks } from "../kubernetes/stacks";
import type { FederationProps, SiteStack } from "../site-stack";
import { googleGroundStacks, googleLakeStacks } from "./stacks";

/** The stacks of a site with a cluster: the lake, what hubs stand on, and what stands on it. */
export function googlePlatformStacks(app: App, site: ResolvedGoogleClusterSite, props: FederationProps): SiteStack[] {
  const lake = googleLakeStacks(app, site, props);
  const ground = googleGroundStacks(app, site, props);
  const standing = platformStacks(app, site, new GkePlatform(props.federation.id, site), props);
  for (const stack of standing) for (const needed of [...lake, ...ground]) stack.addDependency(needed);
  return [...lake, ...ground, ...standing];
}
