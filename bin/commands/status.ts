import type { Command } from "commander";
import { exitCodes } from "../exit-codes";
import { reportFailure } from "../failure";
import { loadOrExit } from "../load-or-exit";

export interface StatusFlags {
  readonly file?: string;
  readonly json?: boolean;
  readonly showSecrets?: boolean;
}

export function register(program: Command): void {
  program
    .command("status")
    .description("how the federation stands: addresses, sign-in, programs, stacks; changes nothing")
    .argument("[file]", "federation file (default: ./federation.yaml, else cdktf.json's context.federation)")
    .option("-f, --file <file>", "the same, as an option")
    .option("--json", "for programs; without passwords")
    .option("--show-secrets", "with --json: passwords too")
    .addHelpText("after", "\nExample:\n  isthmus status --json")
    .action((file: string | undefined, flags: StatusFlags) =>
      reportFailure(() => status(file === undefined ? flags : { ...flags, file })),
    );
}

/** `status` as a function: its exit code. */
export async function status(flags: StatusFlags): Promise<number> {
  const config = loadOrExit(flags.file);
  const { collectStatus } = await import("../status/collect.js");
  const { showStatus, withoutSecrets } = await import("../status/show.js");
  const found = await collectStatus(config);
  const shown = flags.showSecrets ? found : withoutSecrets(found);
  console.log(flags.json ? JSON.stringify(shown, null, 2) : showStatus(found));
  return exitCodes.ok;
}
