import { z } from "zod";
import { datasets, storeDatasets } from "./dataset";
import { block, id } from "./fields";
import { localHub } from "./hub";
import { partialBlock } from "./partial";
import { providerSites } from "./site";

/*
 * The shapes as they stand in files, where `defaults` and `templates` may bring any key. The full shapes hold after the
 * merge. Datasets stay whole: their ids are unique in the federation, so no default can be meant for one.
 */

/** A hub of the defaults or of a template. */
export const hubPart = partialBlock(localHub);

const hub = block({
  use: id.optional().describe("A key of the federation file's `templates`: that block is laid under this hub."),
  ...hubPart.shape,
});

const instead = new Map<z.ZodType, z.ZodType>([
  [localHub, hub],
  [datasets, datasets],
  [storeDatasets, storeDatasets],
]);

/** What `defaults.site` may hold: keys of any provider's site but its id. */
export const sitePart = z.union(providerSites.map((site) => partialBlock(site, instead, ["site"])));

/** A site's file. */
export const siteFile = z.union(
  providerSites.map((site) => block({ ...partialBlock(site, instead).shape, site: site.shape.site })),
);
