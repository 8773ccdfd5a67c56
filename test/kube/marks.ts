import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Variable by which processes are found that left their program's group, and those of a run that was killed. */
export const OWNER = "ISTHMUS_KUBE";

/** Ids of the processes of a cluster by its folder, or of one program by its mark; what these start is among them. */
export function processesOf(mark: string): number[] {
  const whole = `\0${OWNER}=${mark}\0`;
  const below = `\0${OWNER}=${mark}/`;
  return others().filter((id) => {
    const environment = `\0${read(id)}`;
    return environment.includes(whole) || environment.includes(below);
  });
}

/** Ids of the processes that work in a folder, be it gone or not: those without the mark too. */
export function workingIn(folder: string): number[] {
  return others().filter((id) => {
    const place = directoryOf(id);
    return place === folder || place.startsWith(`${folder}/`) || place === `${folder} (deleted)`;
  });
}

/** Ends every process with a mark, by id. */
export function endAll(mark: string): void {
  for (const id of processesOf(mark)) {
    try {
      process.kill(id, "SIGKILL");
    } catch {
      // ended meanwhile
    }
  }
}

function others(): number[] {
  const names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return names.map(Number).filter((id) => id !== process.pid);
}

function read(id: number): string {
  try {
    return readFileSync(`/proc/${id}/environ`, "utf8");
  } catch {
    return ""; // ended meanwhile, or another user's
  }
}

function directoryOf(id: number): string {
  try {
    return readlinkSync(`/proc/${id}/cwd`);
  } catch {
    return ""; // ended meanwhile, or another user's
  }
}
