import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { StateDirectory } from "./state-directory";

/** Marks what a run starts for a federation (engines, installers and what they start), so that a later run finds what a killed one left at work. */
const mark = "ISTHMUS_RUN_STATE";

/** How long (ms) an engine may take to stop what it does and to write its state, and anything else to end when asked. */
const patience = { engine: 30_000, others: 15_000, killed: 5_000 };

/** The mark, for the environment of what a run starts. A site's own programs do not inherit it. */
export function runMark(state: StateDirectory): Record<string, string> {
  return { [mark]: state.root };
}

interface Living {
  readonly pid: number;
  /** An engine leads the process group that it was started in. */
  readonly leads: boolean;
}

/**
 * Ends what an earlier run of this federation left at work when it was killed, so that it does not go on beside this one:
 * engines are asked first, since they then write their state. Call it with the federation's lock held.
 */
export async function endLeftovers(state: StateDirectory, say: (line: string) => void): Promise<void> {
  const left = () => living(state);
  const found = left();
  if (found.length === 0) return;
  const who = found.map(({ pid }) => pid).join(", ");
  say(`a run that was cut off has left programs at work (process ${who}): ending them first`);
  const leaders = () => left().filter(({ leads }) => leads);
  await ended(leaders, "SIGINT", patience.engine);
  await ended(left, "SIGTERM", patience.others);
  await ended(left, "SIGKILL", patience.killed);
}

async function ended(which: () => Living[], signal: NodeJS.Signals, patient: number): Promise<void> {
  for (const { pid } of which()) send(pid, signal);
  const end = Date.now() + patient;
  while (which().length > 0 && Date.now() < end) await delay(50);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Living processes with the mark of this federation, but those that this one comes from. Only where there is a /proc. */
function living(state: StateDirectory): Living[] {
  const wanted = `${mark}=${state.root}`;
  const ours = new Set([process.pid, process.ppid]);
  return processIds().flatMap((pid) => {
    if (ours.has(pid) || !read(`/proc/${pid}/environ`).split("\0").includes(wanted)) return [];
    const stat = read(`/proc/${pid}/stat`);
    const [condition = "Z", , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return "ZX".includes(condition) ? [] : [{ pid, leads: Number(group) === pid }];
  });
}

function processIds(): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** A file of a process that may be gone, or another user's. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
