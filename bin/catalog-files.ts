import { formatFaults } from "../config/faults";
import { type CatalogFiles, catalogFiles } from "../constructs/catalog/files";
import { recordsOf } from "./catalog/record-file";
import { exitCodes } from "./exit-codes";
import { Failure } from "./failure";
import type { Config } from "./load-or-exit";

/** The catalog's pages from the config and the records beside it: files only, no network. A record that is none ends the command. */
export function catalogOf(config: Pick<Config, "federation" | "directory">): CatalogFiles {
  const { records, faults } = recordsOf(config);
  if (faults.length > 0)
    throw new Failure(`the catalog's records have faults\n${formatFaults(faults, "text")}`, exitCodes.faults);
  return catalogFiles(config.federation, records);
}
