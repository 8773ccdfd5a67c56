import type { Command } from "commander";
import { exitCodes } from "../exit-codes";
import { reportFailure } from "../failure";
import { loadOrExit } from "../load-or-exit";

export interface BootstrapFlags {
  readonly file?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command("bootstrap")
    .description("make the buckets that the config names for the engine's state, and bring states there")
    .argument("[site]", "only that site's state (default: the federation's and every site's)")
    .option("-f, --file <file>", "federation file (default: ./federation.yaml, else cdktf.json's context.federation)")
    .option("--yes", "do not ask")
    .option("--json", "a report for programs on stdout, progress on stderr")
    .addHelpText("after", "\nExample:\n  isthmus bootstrap -f federation.yaml")
    .action((site: string | undefined, flags: BootstrapFlags) => reportFailure(() => bootstrapCommand(site, flags)));
}

/** `bootstrap` as a function: its exit code. */
export async function bootstrapCommand(site: string | undefined, flags: BootstrapFlags): Promise<number> {
  const config = loadOrExit(flags.file);
  const { bootstrap } = await import("../state/bootstrap.js");
  const screen = flags.json ? process.stderr : process.stdout;
  const report = await bootstrap(config, site, flags, (line) => screen.write(`${line}\n`));
  if (flags.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  return exitCodes.ok;
}
