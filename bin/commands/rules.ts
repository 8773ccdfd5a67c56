import type { Command } from "commander";
import { rules } from "../../config/rules/all";

export function register(program: Command): void {
  program
    .command("rules")
    .description("list the rules that hold over a whole federation, each with its reason")
    .option("--json", "for programs")
    .addHelpText("after", "\nExample:\n  isthmus rules --json")
    .action((options: { json?: boolean }) => {
      const list = rules.map(({ id, reason }) => ({ id, reason }));
      const width = Math.max(...list.map((r) => r.id.length));
      console.log(
        options.json ? JSON.stringify(list, null, 2) : list.map((r) => `${r.id.padEnd(width)}  ${r.reason}`).join("\n"),
      );
    });
}
