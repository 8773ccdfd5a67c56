import { createHash } from "node:crypto";

/** Six hexadecimal digits that stand for what, when it changes, makes new nodes beside the old ones. */
export function generationOf(fields: Readonly<Record<string, unknown>>): string {
  return createHash("sha256").update(JSON.stringify(fields)).digest("hex").slice(0, 6);
}
