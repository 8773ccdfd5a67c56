import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Paths of files below a folder of this repository, from there. What a name with a dot leads to is passed over: a site that runs
 * has its files in `.isthmus` below its config, and they come and go while tests look.
 */
export function namesBelow(folder: string, at = ""): string[] {
  return readdirSync(join(folder, at), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith("."))
    .flatMap((entry) => (entry.isDirectory() ? namesBelow(folder, join(at, entry.name)) : [join(at, entry.name)]));
}
