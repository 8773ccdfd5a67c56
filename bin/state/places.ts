import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ResolvedBucketState, SiteStates } from "../../config/resolve/state";
import type { StateDirectory } from "../engine/state-directory";
import { Failure } from "../failure";

/*
 * Where this machine has deployed to, so that stacks are found whose site left the config together with its state's place,
 * and all of them where the config has faults.
 */

function fileOf(directory: StateDirectory): string {
  return join(directory.root, "places.json");
}

/** Places in buckets that were used from this directory. */
export function knownPlaces(directory: StateDirectory): ResolvedBucketState[] {
  const path = fileOf(directory);
  if (!existsSync(path)) return [];
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ResolvedBucketState[];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Failure(`${path} is damaged: remove it; the next \`isthmus up\` writes it anew`);
  }
}

/** Remembers the places that a config names. */
export function rememberPlaces(directory: StateDirectory, states: SiteStates): void {
  const known = knownPlaces(directory);
  const texts = new Set(known.map((place) => JSON.stringify(place)));
  const added = Object.values(states).filter((state) => state.kind !== "local" && !texts.has(JSON.stringify(state)));
  if (added.length === 0) return;
  const all = [...new Set([...texts, ...added.map((place) => JSON.stringify(place))])];
  const path = fileOf(directory);
  mkdirSync(directory.root, { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, `[\n${all.map((text) => `  ${text}`).join(",\n")}\n]\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
