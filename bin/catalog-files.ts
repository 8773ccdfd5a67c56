import { type CatalogFiles, catalogFiles } from "../constructs/catalog/files";
import type { DatasetRecord } from "../constructs/catalog/record";
import { readRecord, recordPath } from "./catalog/record-file";
import type { Config } from "./load-or-exit";

/** The catalog's pages from the config and the records beside it: files only, no network. */
export function catalogOf({ federation, directory }: Pick<Config, "federation" | "directory">): CatalogFiles {
  const records = new Map<string, DatasetRecord>();
  for (const site of federation.sites)
    for (const { id } of site.datasets) {
      const record = readRecord(recordPath(directory, site.id, id), id);
      if (record) records.set(id, record);
    }
  return catalogFiles(federation, records);
}
