import type { Command } from "commander";
import { reportFailure } from "../failure";
import { exitCodeOf, type Session, withSession } from "../session";
import { collect, type UpFlags } from "./up";

export function register(program: Command): void {
  program
    .command("down")
    .description("take down the federation, a site, a hub or a stack that left the config; data stays")
    .argument("[target]", "a site, site/hub, or a stack's id (default: everything); what needs it goes first")
    .option("-f, --file <file>", "federation file (default: ./federation.yaml, else cdktf.json's context.federation)")
    .option("--yes", "do not ask")
    .option("--destroy <address>", "agree to one deletion of what is protected (repeatable)", collect, [])
    .option("--json", "a report for programs on stdout, progress on stderr")
    .addHelpText("after", "\nExample:\n  isthmus down east/prod --yes")
    .action((target: string | undefined, flags: UpFlags) => reportFailure(() => down(target, flags)));
}

/** `down` as a function: its exit code. */
export function down(target: string | undefined, flags: UpFlags): Promise<number> {
  const command = ["down", ...(target === undefined ? [] : [target])].join(" ");
  return withSession(flags.file, command, flags.json ?? false, (session) => run(session, target, flags));
}

async function run(session: Session, target: string | undefined, flags: UpFlags): Promise<number> {
  const { takeDown, downReport } = await import("../down.js");
  const result = await takeDown(session, target, flags);
  if (flags.json) process.stdout.write(`${JSON.stringify(downReport(session, result), null, 2)}\n`);
  return exitCodeOf(session.interrupt, result.ok);
}
