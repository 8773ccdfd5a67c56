import { realpathSync, statfsSync } from "node:fs";
import { join } from "node:path";
import type { LocalHub } from "./local-hub";

/** Below this many bytes, writes fail here and there. */
const little = 16 * 2 ** 20;

/**
 * Buckets and homes of a hub's site that lie on a full disk, each with the next step. A program that wrote there was only told of
 * an "internal error": the S3 protocol has no better word.
 */
export function fullDisks({ root, site }: Pick<LocalHub, "root" | "site">, free = freeBytes): string[] {
  const places = [...site.buckets.map(({ name }) => join(root, "buckets", name)), join(root, "home")];
  return places.flatMap((place) => {
    const bytes = free(place);
    if (bytes === undefined || bytes >= little) return [];
    const room = `${Math.floor(bytes / 1_000_000)} MB free`;
    return [`the disk of ${realpathSync(place)} is full (${room}): free some there, then run the program again`];
  });
}

function freeBytes(place: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(place);
    return bavail * bsize;
  } catch {
    return undefined; // it is not there, so nothing was written to it
  }
}
