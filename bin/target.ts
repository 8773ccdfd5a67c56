import { reservedParts, stackName } from "../config/names";
import type { ResolvedFederation } from "../config/resolve/federation";
import { siteStacks } from "../config/stack-parts";
import { didYouMean, listed } from "../config/suggest";
import type { IndexEntry } from "./engine/stack-index";
import { usageFailure } from "./failure";

/** What a target may name. */
export interface Choice {
  readonly federation: Pick<ResolvedFederation, "sites">;
  /** Every stack, those that left the config included. */
  readonly stacks: readonly string[];
  readonly index: ReadonlyMap<string, IndexEntry>;
  /** What else the person may have meant, for a target that is nothing. */
  readonly aside?: string | undefined;
}

/**
 * The stacks that a target means: a site's id, `site/hub`, a stack's id; all of them without a target.
 * @throws Failure (usage) for a target that is nothing
 */
export function stacksOf(target: string | undefined, choice: Choice): Set<string> {
  const { stacks } = choice;
  if (target === undefined) return new Set(stacks);
  const [site = "", hub, ...rest] = target.split("/");
  if (hub !== undefined && rest.length === 0 && stacks.includes(stackName(site, hub)))
    return new Set([stackName(site, hub)]);
  const ofSite = stacks.filter((stack) => siteOf(stack, choice) === target);
  if (ofSite.length > 0) return new Set(ofSite);
  if (stacks.includes(target)) return new Set([target]);
  throw noTarget(target, choice);
}

/** The stacks that the sites of a config have, told without a synth. */
export function configuredStacks({ sites }: Pick<ResolvedFederation, "sites">): string[] {
  return sites.flatMap((site) => siteStacks(site, sites));
}

/** The site that a stack belongs to. */
export function siteOf(stack: string, { federation, index }: Pick<Choice, "federation" | "index">): string {
  for (const site of federation.sites) {
    const hubs = site.hubs.map((h) => h.id);
    if ([...reservedParts, ...hubs].some((part) => stackName(site.id, part) === stack)) return site.id;
  }
  return index.get(stack)?.site ?? stack;
}

function noTarget(target: string, choice: Choice): Error {
  const store = choice.federation.sites.find((s) => s.id === target);
  if (store)
    return usageFailure(
      `${target} has nothing to deploy: provider ${store.provider} only adds data to the catalog, which isthmus up brings to the other sites`,
    );
  const sites = new Set(choice.stacks.map((stack) => siteOf(stack, choice)));
  const hubs = choice.federation.sites.flatMap((s) => s.hubs.map((h) => `${s.id}/${h.id}`));
  const known = [...sites, ...hubs, ...choice.stacks];
  const hint = didYouMean(target, known);
  const aside = choice.aside === undefined ? "" : `; ${choice.aside}`;
  return usageFailure(
    `no site, hub or stack "${target}"${hint ? ` (${hint})` : ""}; there are ${listed(known)}${aside}`,
  );
}
