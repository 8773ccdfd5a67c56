import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../config/package-root";

/** This package's version. */
export function version(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }).version;
}
