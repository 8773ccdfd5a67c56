import type { App } from "cdktf";
import { stackName } from "../../config/names";
import type { ResolvedAwsClusterSite, ResolvedAwsSite } from "../../config/resolve/aws-site";
import { isMade } from "../../config/resolve/cluster-site";
import { isForOthers } from "../../config/resolve/grants";
import { mirrorsOf } from "../../config/resolve/mirrors";
import type { FederationProps, SiteStack } from "../site-stack";
import { AwsClusterStack } from "./cluster";
import { AwsGrantsStack } from "./grants";
import { AwsHomesStack } from "./homes";
import { AwsLakeStack } from "./lake";

/** The lake of a site on AWS: no stack where all of its buckets exist. */
export function awsLakeStacks(app: App, site: ResolvedAwsSite, props: FederationProps): SiteStack[] {
  if (site.buckets.every((bucket) => bucket.existing)) return [];
  return [new AwsLakeStack(app, { ...props, site })];
}

/**
 * What S3 copies from a site's lake to others', after its own and those of the account, and roles of hubs that are on other clouds. What lies in another account is made by its
 * own people, whose stacks are not brought up or taken down with these.
 */
export function awsGrantsStacks(
  app: App,
  site: ResolvedAwsSite,
  props: FederationProps,
  stacks: readonly SiteStack[],
): SiteStack[] {
  const mirrors = mirrorsOf(props.federation).filter(({ from }) => from.site.id === site.id);
  if (mirrors.length === 0 && !isForOthers(props.federation, site)) return [];
  const grants = new AwsGrantsStack(app, { ...props, site });
  const near = mirrors.map(({ to }) => to.site).filter(({ account }) => account === site.account);
  const lakes = new Set([site, ...near].map(({ id }) => stackName(id, "lake")));
  for (const lake of stacks) if (lakes.has(lake.node.id)) grants.addDependency(lake);
  return [grants];
}

/** What hubs stand on: what homes lie on, which outlives it, and the cluster. */
export function awsGroundStacks(app: App, site: ResolvedAwsClusterSite, props: FederationProps): SiteStack[] {
  const homes = site.homes.some(isMade) ? [new AwsHomesStack(app, { ...props, site })] : [];
  return [...homes, new AwsClusterStack(app, { ...props, site })];
}
