import { reservedHosts, reservedPages, reservedParts, reservedPaths } from "../names";
import { listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { allDatasets, allHubs, clusterHubs } from "./walk";

function reserved(site: string, path: string[], why: string, words: readonly string[]): RuleFinding {
  const message = `this id is reserved: ${why}`;
  return { site, path, atKey: path.length > 1, message, fix: `choose another name than ${listed(words)}` };
}

export const reservedNames: Rule = {
  id: "reserved-names",
  reason: "Some words already mean something in stack names, hosts, URL paths and the catalog's pages.",
  check: (federation) => [
    ...federation.sites.flatMap(({ id }) => {
      const words: string[] = [...reservedPaths, ...reservedPages];
      return words.includes(id) ? [reserved(id, ["site"], "URLs of every site start with it", words)] : [];
    }),
    ...allHubs(federation).flatMap(({ site, hub }) =>
      (reservedParts as readonly string[]).includes(hub.id)
        ? [reserved(site.id, ["hubs", hub.id], "a stack of each site has it", reservedParts)]
        : [],
    ),
    ...clusterHubs(federation).flatMap(({ site, hub }) =>
      (reservedHosts as readonly string[]).includes(hub.id)
        ? [reserved(site.id, ["hubs", hub.id], "a host of each site starts with it", reservedHosts)]
        : [],
    ),
    ...allDatasets(federation).flatMap(({ site, dataset }) =>
      (reservedPages as readonly string[]).includes(dataset.id)
        ? [reserved(site.id, ["datasets", dataset.id], "a page of the catalog has it", reservedPages)]
        : [],
    ),
    ...allDatasets(federation).flatMap(({ site, dataset }) => {
      if (!dataset.id.endsWith(".zarr")) return [];
      const message = "a dataset's id does not end in .zarr: its URL does";
      const fix = `call it ${dataset.id.replace(/(\.zarr)+$/, "")}`;
      return [{ site: site.id, path: ["datasets", dataset.id], atKey: true, message, fix }];
    }),
  ],
};
