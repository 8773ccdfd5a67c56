import { join } from "node:path";
import { App } from "cdktf";
import { parse } from "yaml";
import type { z } from "zod";
import { catalogOf } from "../../bin/catalog-files";
import { targetVersions } from "../../bin/synth";
import { resolveFederation } from "../../config/resolve/federation";
import type { ResolvedSite } from "../../config/resolve/site";
import { rules } from "../../config/rules/all";
import type { SiteConfig } from "../../config/schema/site";
import type { FederationProps, SiteStack } from "../../stacks/site-stack";
import { askedExample, leaves } from "../fuzz/dead-keys";
import { examples } from "../fuzz/examples";

export interface LakeKeys {
  /** Of the provider's sites. */
  readonly schema: z.ZodType<SiteConfig>;
  /** A site of the example `rich` that has every key: `lake-tarn`. */
  readonly example: string;
  readonly stacks: (app: App, site: ResolvedSite, props: FederationProps) => SiteStack[];
  readonly folder: string;
}

/** Keys of a lake's site by whether what they say is in its stack or in the catalog. */
export function lakeKeys({ schema, example, stacks, folder }: LakeKeys): { all: string[]; dead: string[] } {
  const { federation, alive } = askedExample("cluster", schema);
  /** All that a site's stacks and its catalog hold; nothing where a rule would refuse the site. */
  const synthesized = (site: unknown): string | undefined => {
    const config = schema.safeParse(site);
    if (!config.success) return undefined;
    const resolved = resolveFederation(federation, [config.data]);
    const context = { faultySites: [], directory: folder, told: () => true };
    const found = rules.flatMap((rule) => rule.check(resolved, context).filter(({ path }) => path[0] !== "servedBy"));
    if (found.length > 0) return undefined;
    const output = join(folder, "dead-keys");
    const app = new App({ outdir: output, context: { targetVersions } });
    const catalog = catalogOf({ federation: resolved, directory: folder });
    const props = { federation: resolved, catalog, places: { config: folder, output } };
    const made = resolved.sites.flatMap((at) => stacks(app, at, props));
    return JSON.stringify([made.map((stack) => stack.toTerraform()), ...catalog]);
  };
  const { files } = examples.find(({ name }) => name === "rich") as (typeof examples)[number];
  const site = parse(`${files.get(`sites/${example}.yaml`)}`) as Record<string, unknown>;
  const all = leaves(schema, site, "site", []);
  const living = new Set(all.flatMap((leaf) => (alive(site, leaf, synthesized) ? [leaf.key] : [])));
  return { all: all.map(({ key }) => key), dead: all.flatMap(({ key }) => (living.has(key) ? [] : [key])) };
}
