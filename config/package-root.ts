import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The package's own directory: the same from sources, from `dist/` and from an installed package. */
export function packageRoot(): string {
  for (let at = __dirname; dirname(at) !== at; at = dirname(at)) {
    const file = join(at, "package.json");
    if (existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as { name?: string }).name === "isthmus") return at;
  }
  throw new Error("package.json of isthmus not found above its own files");
}
