import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** The machine's cache of expensive builds, outside the tree; tests keep theirs in `test/`. */
export function cacheDirectory(): string {
  return process.env.ISTHMUS_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "isthmus");
}

/** A cached folder named by its content: built once, beside its place, and moved there when complete, so that a broken build is never used. */
export function cached(name: string, build: (folder: string) => void): string {
  const place = join(cacheDirectory(), "test", name);
  if (existsSync(place)) return place;
  const building = `${place}.${process.pid}`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { recursive: true });
  mkdirSync(dirname(place), { recursive: true });
  build(building);
  try {
    renameSync(building, place);
  } catch {
    rmSync(building, { recursive: true, force: true }); // another process was quicker
  }
  return place;
}
