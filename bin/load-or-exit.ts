import { formatFaults } from "../config/faults";
import { type Loaded, loadFederation } from "../config/load";
import type { ResolvedFederation } from "../config/resolve/federation";
import { exitCodes } from "./exit-codes";
import { federationFile } from "./federation-file";

/** A federation that passed every check, with its file and directory. */
export interface Config extends Loaded {
  readonly federation: ResolvedFederation;
  readonly file: string;
}

/** Loads the federation of a command, or prints every fault on stderr and ends the process with 1. */
export function loadOrExit(given: string | undefined): Config {
  const file = federationFile(given);
  const loaded = loadFederation(file);
  if (loaded.federation) return { ...loaded, federation: loaded.federation, file };
  exitWithFaults(loaded);
}

/** Prints every fault on stderr and ends the process with 1. */
export function exitWithFaults(loaded: Loaded): never {
  process.stderr.write(`${formatFaults(loaded.faults, "text")}\n${countOf(loaded)}\n`);
  process.exit(exitCodes.faults);
}

/** `1 hub`, `3 hubs`. */
export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** `3 faults in 2 of 4 files`. */
export function countOf(loaded: Loaded): string {
  const bad = new Set(loaded.faults.map((f) => f.file)).size;
  return `${counted(loaded.faults.length, "fault")} in ${bad} of ${counted(loaded.files.length, "file")}`;
}
