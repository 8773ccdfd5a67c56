import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CatalogFiles } from "../../constructs/catalog/files";
import { usageFailure } from "../failure";

/** Folders that the catalog is made of, with the page that shows that one of ours lies there. */
const folders = { stac: "catalog.json", intake: "catalog.yaml" } as const;

/** Writes the catalog's pages below a directory, in place of an older catalog there. Folders that hold anything else are refused. */
export function writePages(output: string, files: CatalogFiles): void {
  for (const [folder, first] of Object.entries(folders)) {
    const place = join(output, folder);
    if (!existsSync(place)) continue;
    if (readdirSync(place).length > 0 && !existsSync(join(place, first)))
      throw usageFailure(`${place} holds something else than a catalog: give another --output, or empty it`);
    rmSync(place, { recursive: true });
  }
  for (const [path, text] of files) {
    const target = join(output, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}
