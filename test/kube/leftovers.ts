import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endAll } from "./marks";
import { removeRoute } from "./network";

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
  endAll(folder);
  removeRoute(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** When a process began, in ticks since boot: with the id it names one process for good. */
function startOf(id: number): string | undefined {
  try {
    const told = readFileSync(`/proc/${id}/stat`, "utf8");
    return told.replace(/^.*\) /s, "").split(" ")[19];
  } catch {
    return undefined; // there is no such process
  }
}
