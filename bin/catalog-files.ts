import { formatFaults } from "../config/faults";
import { copiesOf, type DatasetCopy } from "../config/resolve/mirrors";
import { type CatalogFiles, catalogFiles } from "../constructs/catalog/files";
import type { CatalogCopy } from "../constructs/catalog/input";
import { recordsOf } from "./catalog/record-file";
import { exitCodes } from "./exit-codes";
import { Failure } from "./failure";
import type { Config } from "./load-or-exit";

/** The catalog's pages from the config and the records beside it: files only, no network. A record that is none ends the command. */
export function catalogOf(config: Pick<Config, "federation" | "directory">): CatalogFiles {
  const { records, faults } = recordsOf(config);
  if (faults.length > 0)
    throw new Failure(`the catalog's records have faults\n${formatFaults(faults, "text")}`, exitCodes.faults);
  const copies = copiesOf(config.federation);
  const sites = config.federation.sites.map((site) => ({
    ...site,
    datasets: site.datasets.map((dataset) => {
      const own = copies.get(dataset.id);
      return own ? { ...dataset, copies: own.map(catalogued) } : dataset;
    }),
  }));
  return catalogFiles({ ...config.federation, sites }, records);
}

/** Of a copy what the catalog tells. */
function catalogued({ site, institution, place, uri, https }: DatasetCopy): CatalogCopy {
  return { site, institution, place, uri, https };
}
