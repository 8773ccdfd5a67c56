import type { Command } from "commander";
import { reportFailure } from "../failure";
import { exitCodeOf, withConfig } from "../federation-session";
import { loadOrExit } from "../load-or-exit";

export interface UpFlags {
  readonly file?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly destroy: readonly string[];
}

export function register(program: Command): void {
  program
    .command("up")
    .description("make the federation, a site or a hub as the config says; run again, it goes on where it stopped")
    .argument("[target]", "a site, or site/hub (default: everything); what it needs comes along")
    .option("-f, --file <file>", "federation file (default: ./federation.yaml, else cdktf.json's context.federation)")
    .option("--yes", "agree to deletions of what holds no data")
    .option("--destroy <address>", "agree to one deletion of what is protected (repeatable)", collect, [])
    .option("--json", "a report for programs on stdout, progress on stderr")
    .addHelpText("after", "\nExample:\n  isthmus up east/prod -f federation.yaml")
    .action((target: string | undefined, flags: UpFlags) => reportFailure(() => up(target, flags)));
}

/** An option that may be given several times. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** `up` as a function: its exit code. */
export async function up(target: string | undefined, flags: UpFlags): Promise<number> {
  const config = loadOrExit(flags.file);
  return withConfig(config, { verb: "up", target, json: flags.json ?? false }, async (session) => {
    const { bringUp, upReport } = await import("../up.js");
    const result = await bringUp(config, session, target, flags);
    if (flags.json) process.stdout.write(`${JSON.stringify(upReport(session, result), null, 2)}\n`);
    return exitCodeOf(session.interrupt, result.ok);
  });
}
