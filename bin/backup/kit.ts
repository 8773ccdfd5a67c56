import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { runMark } from "../engine/leftovers";
import { exitCodes } from "../exit-codes";
import { Failure, usageFailure } from "../failure";
import { callKit, ownKit, runKit } from "../site-kit";
import { version } from "../version";
import type { BackupReport, RestoreReport } from "./report";
import type { BackupSite } from "./sites";

function placesOf({ federation, site, state, catalog }: BackupSite): string[] {
  const named = { federation, site, engine: state.root, catalog };
  return Object.entries(named).flatMap(([name, value]) => [`--${name}`, value]);
}

/**
 * Writes a backup, whole or not at all.
 * @param wish `output` is an absolute path, or `-` for this process's standard output
 * @throws Failure with the line that matters
 */
export async function makeBackup(
  site: BackupSite,
  wish: { readonly output: string; readonly homes: boolean },
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<BackupReport> {
  const stacks = site.stacks.flatMap((stack) => ["--stack", stack]);
  const more = ["--isthmus", version(), "--output", wish.output, ...(wish.homes ? ["--homes"] : [])];
  const flags = [...placesOf(site), ...stacks, ...more];
  const shares = wish.output === "-" ? ({ shares: "stdout" } as const) : {};
  const end = await runKit(site.root, "backup", { ...call(site), flags, progress, signal, ...shares });
  if (!end.ok) throw new Failure(end.error);
  const report = (wish.output === "-" ? end.stderr : end.stdout).split("\n").findLast((line) => line.startsWith("{"));
  return JSON.parse(report as string) as BackupReport;
}

/** This version's own kit, since a site to be restored has none yet and one to be backed up may have an older one; what it runs is marked, so that the next command finds it where this one is killed. */
function call({ state }: BackupSite) {
  return { kit: ownKit(), environment: runMark(state) };
}

/**
 * Puts a backup back, or tells every reason not to.
 * @param wish `archive` is a path, or `-` for this process's standard input
 * @throws Failure when the machine fails (a full disk), after which the same restore goes on
 */
export async function restoreBackup(
  site: BackupSite,
  wish: { readonly archive: string; readonly replace: boolean },
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<RestoreReport> {
  const streams = wish.archive === "-";
  const archive = streams ? "-" : resolve(wish.archive);
  const flags = [...placesOf(site), "--archive", archive, ...(wish.replace ? ["--replace"] : [])];
  const shares = streams ? ({ shares: "stdin" } as const) : {};
  const end = await runKit(site.root, "restore", { ...call(site), flags, progress, signal, ...shares });
  if (!end.ok) throw new Failure(end.error, exitCodes.engine);
  return JSON.parse(end.stdout) as RestoreReport;
}

/** The site that a backup says it is of. @throws Failure for a file that is none */
export async function siteOfBackup(archive: string): Promise<string> {
  if (!existsSync(archive)) throw usageFailure(`there is no file ${archive}`);
  const end = await callKit(ownKit(), ["about", "--archive", resolve(archive)]);
  if (!end.ok) throw new Failure(`${archive}: ${end.error}`, exitCodes.faults);
  return (JSON.parse(end.stdout) as { site: string }).site;
}
