import type { App } from "cdktf";
import type { ResolvedFederation } from "../config/resolve/federation";
import type { CatalogFiles } from "../constructs/catalog/files";
import { HpcBaseStack } from "./hpc/base";
import { HpcHubStack } from "./hpc/hub";
import type { Places, SiteStack } from "./site-stack";

/** Decides which stacks exist: for each site by its provider, cut by lifetime. A store site has none: it is only catalogued. */
export function federationStacks(
  app: App,
  federation: ResolvedFederation,
  catalog: CatalogFiles,
  places: Places,
): SiteStack[] {
  return federation.sites.flatMap((site): SiteStack[] => {
    if (site.provider === "store") return [];
    const base = new HpcBaseStack(app, { federation, site, catalog, places });
    const hubs = site.hubs.map((hub) => {
      const stack = new HpcHubStack(app, { federation, site, hub, places });
      stack.addDependency(base);
      return stack;
    });
    return [base, ...hubs];
  });
}
