import type { Command } from "commander";
import { reportFailure } from "../failure";

export function register(program: Command): void {
  program
    .command("demo")
    .description("bring a demo up, publish its data at one site, compute on it from another (npm start)")
    .argument("[file]", "federation file (default: ./federation.yaml, else cdktf.json's context.federation)")
    .option("-f, --file <file>", "the same, as an option")
    .addHelpText("after", "\nExample:\n  isthmus demo -f config/federations/demo/federation.yaml")
    .action((file: string | undefined, flags: { file?: string }) =>
      reportFailure(async () => {
        const { startDemo } = await import("../demo/start.js");
        return startDemo(file ?? flags.file);
      }),
    );
}
