import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "../failure";

/** Who holds a lock; `birth` tells a process from a later one with the same number (Linux; empty elsewhere). */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly birth: string;
  readonly command: string;
  readonly since: string;
}

/** The holder that a damaged lock file tells of. */
const unknown: LockHolder = { pid: 0, host: hostname(), birth: "", command: "", since: "" };

export interface Lock {
  /** Who had it before and ended without giving it back. */
  readonly after?: LockHolder | undefined;
  /** Gives the lock back; also done when the process ends. */
  release(): void;
}

/**
 * Takes the lock file at `path`, or returns who holds it. A lock whose process is gone is taken over.
 * @param command what its holder does, for the message that another one gets
 */
export function tryLock(path: string, command: string): Lock | LockHolder {
  mkdirSync(dirname(path), { recursive: true });
  const me = {
    pid: process.pid,
    host: hostname(),
    birth: birthOf(process.pid),
    command,
    since: new Date().toISOString(),
  };
  let after: LockHolder | undefined;
  for (let attempt = 0; attempt < 10; attempt++) {
    if (create(path, me)) return lockAt(path, after);
    const holder = holderOf(path);
    if (holder && isAlive(holder)) return holder;
    if (holder) removeStale(path, holder);
    after = holder;
  }
  throw new Failure(
    `the lock ${path} cannot be taken: others take it again and again; try again when no isthmus runs here`,
  );
}

/** Who holds the lock at `path` now; undefined where nobody does. Takes nothing. */
export function lockHolder(path: string): LockHolder | undefined {
  const holder = holderOf(path);
  return holder && isAlive(holder) ? holder : undefined;
}

/** Takes the lock or says clearly who has it. */
export function lockOrFail(path: string, command: string, what: string): Lock {
  const taken = tryLock(path, command);
  if ("release" in taken) return taken;
  const { pid, host, since } = taken;
  const elsewhere = host === hostname() ? "" : ` on ${host} (if it is gone for good, remove ${path})`;
  throw new Failure(
    `${what} is in use by \`isthmus ${taken.command}\`, process ${pid}${elsewhere}, since ${since}: wait until it ends`,
  );
}

/** Takes the lock, waiting until `seconds` have passed. */
export async function lockWaiting(path: string, command: string, seconds: number): Promise<Lock> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const taken = tryLock(path, command);
    if ("release" in taken) return taken;
    if (Date.now() > end) throw new Failure(`waited ${seconds} s for process ${taken.pid}, which holds ${path}`);
    await delay(200);
  }
}

function lockAt(path: string, after: LockHolder | undefined): Lock {
  removeRemains(path);
  const release = () => {
    process.off("exit", release);
    if (holderOf(path)?.pid === process.pid) rmSync(path, { force: true });
  };
  process.on("exit", release);
  return { release, after };
}

/** What processes that were killed while they took the lock left beside it. */
function removeRemains(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    const [pid] = name.startsWith(`${basename(path)}.`) ? (/\d+$/.exec(name) ?? []) : [];
    if (pid !== undefined && !isAlive({ ...unknown, pid: Number(pid) }))
      rmSync(join(dirname(path), name), { force: true });
  }
}

/** A link appears with its content, so nobody ever reads half a lock. */
function create(path: string, me: LockHolder): boolean {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify(me), { mode: 0o600 });
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function holderOf(path: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as LockHolder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (error instanceof SyntaxError) return unknown;
    throw error;
  }
}

/** Moves the stale lock away; when another process was quicker and its fresh lock was moved, that one is put back. */
function removeStale(path: string, stale: LockHolder): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
    const moved = holderOf(aside);
    if (moved && (moved.pid !== stale.pid || moved.since !== stale.since)) linkSync(aside, path);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** A holder on another machine (shared file system) counts as alive: it cannot be asked. */
function isAlive(holder: LockHolder): boolean {
  if (holder.host !== hostname()) return true;
  if (holder.pid <= 0) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const birth = birthOf(holder.pid);
  return birth === "" || holder.birth === "" || birth === holder.birth;
}

/** Start of a process in clock ticks since boot, from /proc. */
function birthOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
