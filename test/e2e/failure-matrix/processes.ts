import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process, told from a later one with the same id by when it began. */
export interface Known {
  readonly pid: number;
  readonly began: string;
}

interface Stat extends Known {
  readonly parent: number;
  readonly group: number;
}

function stat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return { pid, parent: Number(fields[1]), group: Number(fields[2]), began: fields[19] ?? "" };
  } catch {
    return undefined; // it has ended
  }
}

function all(): Stat[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (stat(Number(name)) ?? []) : []));
}

/** The processes of a program: its whole process group. */
export function groupOf(pid: number): Known[] {
  const group = stat(pid)?.group;
  return all().filter((p) => p.group === group);
}

/** A process and all that it started. */
export function familyOf(pid: number): Known[] {
  const everybody = all();
  const own = everybody.filter((p) => p.pid === pid);
  for (const member of own) own.push(...everybody.filter((p) => p.parent === member.pid));
  return own;
}

/** Where a process writes its standard output: a path, or `pipe:[…]`. */
export function outputOf(pid: number): string {
  return readlinkSync(`/proc/${pid}/fd/1`);
}

/** The processes that work in a directory, or in one below it. */
export function workingIn(directory: string): Known[] {
  return all().filter(({ pid }) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(directory);
    } catch {
      return false; // it has ended, or is another user's
    }
  });
}

/** Those that still run. */
export function left(known: readonly Known[]): Known[] {
  return known.filter(({ pid, began }) => stat(pid)?.began === began);
}
