import { stackName } from "./names";
import type { ResolvedSite } from "./resolve/site";

/** What a site's stacks are named after, beside its hubs' ids: in the order that they need each other. A store is only catalogued. */
export const ownParts = {
  hpc: ["base"],
  store: [],
} as const satisfies Record<ResolvedSite["provider"], readonly string[]>;

/** The names of a site's stacks: its own, then its hubs'. */
export function siteStacks(site: ResolvedSite): string[] {
  return [...ownParts[site.provider], ...site.hubs.map((hub) => hub.id)].map((part) => stackName(site.id, part));
}
