import type { Command } from "commander";
import { exitCodes } from "../exit-codes";
import { reportFailure } from "../failure";

export function register(program: Command): void {
  program
    .command("synth")
    .description("write the federation's Terraform stacks; the same config gives the same bytes")
    .argument("[file]", "federation file (default: ./federation.yaml, else cdktf.json's context.federation)")
    .option("-f, --file <file>", "the same, as an option")
    .option(
      "-o, --output <dir>",
      "directory for stacks/* (default: CDKTF_OUTDIR, else the cdktf project's, else cdktf.out beside the federation file)",
    )
    .addHelpText("after", "\nExample:\n  isthmus synth federation.yaml --output cdktf.out")
    .action((file: string | undefined, options: { file?: string; output?: string }) =>
      reportFailure(async () => {
        const { synthOrExit } = await import("../synth.js");
        const stacks = synthOrExit(file ?? options.file, options.output);
        for (const stack of stacks) console.log(stack);
        return exitCodes.ok;
      }),
    );
}
