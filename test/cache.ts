import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDirectory } from "../bin/engine/cache";

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
