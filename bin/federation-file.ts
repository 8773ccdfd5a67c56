import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The federation file of a command: its argument, else ./federation.yaml, else cdktf.json's `context.federation`. */
export function federationFile(given: string | undefined): string {
  if (given !== undefined) return given;
  if (existsSync("federation.yaml")) return "federation.yaml";
  return contextFederation() ?? "federation.yaml";
}

function contextFederation(): string | undefined {
  const path = join(process.cwd(), "cdktf.json");
  if (!existsSync(path)) return undefined;
  const file = parse(readFileSync(path, "utf8"))?.context?.federation;
  return typeof file === "string" ? file : undefined;
}

/** A cdktf.json that is no JSON names nothing; cdktf itself tells what is wrong with it. */
function parse(text: string): { context?: { federation?: unknown } } | null {
  try {
    return JSON.parse(text) as { context?: { federation?: unknown } } | null;
  } catch {
    return null;
  }
}
