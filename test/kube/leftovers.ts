import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeRoute } from "./network";
import { OWNER } from "./program";

const PREFIX = "isthmus-kube-";

/** A folder for a cluster; its name says which process it belongs to, from the first moment on. */
export function ownFolder(): string {
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-${startOf(process.pid)}-`));
}

/** Removes what runs of this user left behind that were killed: processes, routes, folders. Returns the folders. */
export function removeLeftovers(): readonly string[] {
  const found: string[] = [];
  for (const name of readdirSync(tmpdir())) {
    const [, id, start] = /^isthmus-kube-(\d+)-(\d+)-/.exec(name) ?? [];
    if (!id || startOf(Number(id)) === start) continue;
    const folder = join(tmpdir(), name);
    try {
      removeAll(folder);
      found.push(folder);
    } catch {
      // another user's, or another run removes it now
    }
  }
  return found;
}

/** Ends every process of a cluster, by id, and removes its route and folder. */
export function removeAll(folder: string): void {
  for (const id of processesOf(folder)) {
    try {
      process.kill(id, "SIGKILL");
    } catch {
      // ended meanwhile
    }
  }
  removeRoute(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Ids of the processes that belong to a cluster, children of its programs included. */
export function processesOf(folder: string): number[] {
  const mark = `${OWNER}=${folder}\0`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((id) => read(`/proc/${id}/environ`).includes(mark))
    .map(Number);
}

/** When a process began, in ticks since boot: with the id it names one process for good. */
function startOf(id: number): string | undefined {
  const path = `/proc/${id}/stat`;
  if (!existsSync(path)) return undefined;
  return read(path)
    .replace(/^.*\) /s, "")
    .split(" ")[19];
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // ended meanwhile, or another user's
  }
}
