import type { Command } from "commander";
import { loadFederation } from "../../config/load";
import { deployedFederation } from "../deployed";
import { exitCodes } from "../exit-codes";
import { reportFailure, usageFailure } from "../failure";
import { federationFile } from "../federation-file";
import { exitWithFaults } from "../load-or-exit";
import type { Status } from "../status/model";
import { paintFor } from "../terminal";

export interface StatusFlags {
  readonly file?: string;
  readonly programs?: boolean;
  readonly ports?: boolean;
  /** Seconds, as written; `true` without any. */
  readonly watch?: string | true;
  readonly json?: boolean;
  readonly showSecrets?: boolean;
}

export function register(program: Command): void {
  program
    .command("status")
    .description("how the federation stands: addresses, sign-in, what is not well; changes nothing")
    .argument("[file]", "federation file (default: ./federation.yaml, else cdktf.json's context.federation)")
    .option("-f, --file <file>", "the same, as an option")
    .option("--programs", "every program of every site, not only those that are not well")
    .option("--ports", "what firewalls of sites with a batch system must let through, and nothing else")
    .option("--watch [seconds]", "look again every so often (default: 5), until Ctrl-C")
    .option("--json", "for programs; without passwords")
    .option("--show-secrets", "with --json: passwords too")
    .addHelpText("after", "\nExample:\n  isthmus status --watch")
    .action((file: string | undefined, flags: StatusFlags) =>
      reportFailure(() => status(file === undefined ? flags : { ...flags, file })),
    );
}

/** `status` as a function: its exit code. */
export async function status(flags: StatusFlags): Promise<number> {
  const { showStatus, withoutSecrets } = await import("../status/show.js");
  const file = federationFile(flags.file);
  const { showWays } = await import("../status/ports.js");
  const show = (found: Status) =>
    flags.ports
      ? showWays(found.sites)
      : showStatus(found, { paint: paintFor(process.stdout), programs: flags.programs ?? false });
  if (flags.watch !== undefined) return watch(flags, () => collect(file), show);
  const found = await collect(file);
  const shown = flags.showSecrets ? found : withoutSecrets(found);
  process.stdout.write(`${flags.json ? JSON.stringify(shown, null, 2) : show(found)}\n`);
  return exitCodes.ok;
}

/** A config with faults does not hide what runs; where nothing was ever deployed, its faults are all there is to tell. */
async function collect(file: string): Promise<Status> {
  const { collectDeployed, collectStatus } = await import("../status/collect.js");
  const loaded = loadFederation(file);
  if (loaded.federation) return collectStatus({ ...loaded, federation: loaded.federation, file });
  const deployed = await deployedFederation(file);
  if (deployed && deployed.index.size > 0) return collectDeployed(deployed, loaded);
  exitWithFaults(loaded);
}

async function watch(
  flags: StatusFlags,
  look: () => Promise<Status>,
  show: (status: Status) => string,
): Promise<number> {
  if (flags.json) throw usageFailure("--watch is for people: without it, --json tells how it stands now", "status");
  const seconds = flags.watch === true ? 5 : Number(flags.watch);
  if (!(seconds > 0)) throw usageFailure(`--watch "${flags.watch}" is not a number of seconds`, "status");
  const { watchStatus } = await import("../status/watch.js");
  const end = new AbortController();
  const stop = () => end.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  await watchStatus({ screen: process.stdout, seconds, signal: end.signal, collect: look, show });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
  return exitCodes.ok;
}
