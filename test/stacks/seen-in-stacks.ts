import { join } from "node:path";
import { App } from "cdktf";
import type { z } from "zod";
import { catalogOf } from "../../bin/catalog-files";
import { targetVersions } from "../../bin/synth";
import { resolveFederation } from "../../config/resolve/federation";
import type { ResolvedSite } from "../../config/resolve/site";
import { rules } from "../../config/rules/all";
import type { FederationConfig } from "../../config/schema/federation";
import type { SiteConfig } from "../../config/schema/site";
import type { FederationProps, SiteStack } from "../../stacks/site-stack";

export interface Sight {
  readonly schema: z.ZodType<SiteConfig>;
  readonly federation: FederationConfig;
  /** Where the config would lie. */
  readonly directory: string;
  /** Sites that rules shall take as there, though their files are not read. */
  readonly faultySites?: readonly string[];
  /** Sites that are there too, and are not asked. */
  readonly beside?: readonly SiteConfig[];
}

/** All that a site's stacks hold, and the files beside them; nothing where a schema or a rule would refuse the site. */
export function seenInStacks(
  { schema, federation, directory, faultySites = [], beside = [] }: Sight,
  make: (app: App, site: ResolvedSite, props: FederationProps) => SiteStack[],
) {
  const output = join(directory, "cdktf.out");
  return (site: unknown): string | undefined => {
    const config = schema.safeParse(site);
    if (!config.success) return undefined;
    const resolved = resolveFederation(federation, [config.data, ...beside]);
    const context = { faultySites, directory, told: () => true };
    if (rules.some((rule) => rule.check(resolved, context).length > 0)) return undefined;
    const app = new App({ outdir: output, context: { targetVersions } });
    const catalog = catalogOf({ federation: resolved, directory });
    const props = { federation: resolved, catalog, places: { config: directory, output } };
    const stacks = resolved.sites.flatMap((at) => (at.id === config.data.site ? make(app, at, props) : []));
    return JSON.stringify(stacks.map((stack) => [stack.toTerraform(), ...stack.files]));
  };
}
