import type { Command } from "commander";
import { reportFailure } from "../failure";

export function register(program: Command): void {
  program
    .command("demo")
    .description("bring a demo up, publish its data at one site, compute on it from another (npm start)")
    .option("-f, --file <file>", "federation file (default: ./federation.yaml, else cdktf.json's context.federation)")
    .addHelpText("after", "\nExample:\n  isthmus demo -f config/federations/demo/federation.yaml")
    .action((flags: { file?: string }) =>
      reportFailure(async () => {
        const { startDemo } = await import("../demo/start.js");
        return startDemo(flags.file);
      }),
    );
}
