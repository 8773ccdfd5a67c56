import { copyFileSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { readStackJson } from "./stack-index";

/**
 * An engine empties a state's file before it writes it anew, so that one that is killed in between leaves nothing, which the next takes
 * for a stack of which nothing is there. Then the state that it kept beside it when it began is the one to go on from: what is gone since
 * is seen to be gone, and what was made since is looked for. A stack without anything is never an empty file.
 *
 * @returns whether that was done; never where the state is not a file
 */
export function restoreEmptied(directory: string): boolean {
  const path = statePath(directory);
  if (path === undefined || !isFile(path) || statSync(path).size > 0) return false;
  const before = `${path}.backup`;
  if (!isFile(before) || statSync(before).size === 0) return false;
  copyFileSync(before, path);
  return true;
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function statePath(directory: string): string | undefined {
  const { backend } = (readStackJson(directory).terraform ?? {}) as { backend?: { local?: { path?: string } } };
  const path = backend?.local?.path;
  return path === undefined ? undefined : join(directory, path);
}
