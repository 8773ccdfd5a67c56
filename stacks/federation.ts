import type { App } from "cdktf";
import type { ResolvedSite } from "../config/resolve/site";
import { hpcStacks } from "./hpc/stacks";
import type { FederationProps, SiteStack } from "./site-stack";

/** Makes the stacks of a provider's sites, cut by lifetime, each after those that it needs. */
const makers: {
  [P in ResolvedSite["provider"]]: (
    app: App,
    site: Extract<ResolvedSite, { provider: P }>,
    props: FederationProps,
  ) => SiteStack[];
} = {
  hpc: hpcStacks,
  store: () => [], // only catalogued
};

/** Decides which stacks exist. */
export function federationStacks(app: App, props: FederationProps): SiteStack[] {
  return props.federation.sites.flatMap((site) => stacksOf(app, site, props));
}

function stacksOf<P extends ResolvedSite["provider"]>(
  app: App,
  site: Extract<ResolvedSite, { provider: P }>,
  props: FederationProps,
): SiteStack[] {
  return makers[site.provider as P](app, site, props);
}
