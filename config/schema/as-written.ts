import { z } from "zod";
import { clusterHub } from "./cluster-hub";
import { datasets, storeDatasets } from "./dataset";
import { block, id } from "./fields";
import { localHub } from "./hub";
import { inner } from "./lookup";
import { partialBlock } from "./partial";
import { providerSites } from "./site";

/*
 * The shapes as they stand in files, where `defaults` and `templates` may bring any key. The full shapes hold after the
 * merge. Datasets stay whole: their ids are unique in the federation, so no default can be meant for one.
 */

/** Hubs of every provider. */
const hubs = [localHub, clusterHub] as const;

/** A hub of the defaults or of a template: keys of any provider's hub, each as one of them has it. */
export const hubPart = block(
  Object.fromEntries([...new Set(hubs.flatMap((hub) => Object.keys(hub.shape)))].map((key) => [key, either(key)])),
);

function either(key: string): z.ZodType {
  const own = hubs.filter(
    (hub, i) => key in hub.shape && hubs.findIndex((h) => shapeOf(h)[key] === shapeOf(hub)[key]) === i,
  );
  const [first, ...rest] = own.map((hub) => partialBlock(hub).shape[key] as z.ZodType);
  if (!first) throw new Error(`no hub has ${key}`);
  if (rest.length === 0) return first;
  const about = first.description ?? inner(first).description ?? "";
  return z
    .union([inner(first), ...rest.map(inner)])
    .optional()
    .describe(about);
}

function shapeOf(hub: (typeof hubs)[number]): z.ZodRawShape {
  return hub.shape;
}

const use = id.optional().describe("A key of the federation file's `templates`: that block is laid under this hub.");

const instead = new Map<z.ZodType, z.ZodType>([
  ...hubs.map((hub) => [hub, block({ use, ...partialBlock(hub).shape })] as const),
  [datasets, datasets],
  [storeDatasets, storeDatasets],
]);

/** What `defaults.site` may hold: keys of any provider's site but its id. */
export const sitePart = z.union(providerSites.map((site) => partialBlock(site, instead, ["site"])));

/** A site's file: made where it is asked for, since it takes a tenth of a command's start, and only `schema` prints it. */
export function siteFile() {
  return z.union(providerSites.map((site) => block({ ...partialBlock(site, instead).shape, site: site.shape.site })));
}
