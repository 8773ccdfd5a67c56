import type { Command } from "commander";
import { charts, images } from "../../charts/pins";

export function register(program: Command): void {
  program
    .command("charts")
    .description("list the charts of others that stacks on Kubernetes install, each at its pinned version")
    .option("--json", "for programs, with the images of our own objects")
    .addHelpText("after", "\nExample:\n  isthmus charts --json")
    .action((options: { json?: boolean }) => {
      const list = Object.values(charts);
      console.log(options.json ? JSON.stringify({ charts: list, images }, null, 2) : list.map(chartText).join("\n\n"));
    });
}

function chartText({ name, version, repository, checked, about }: (typeof charts)[keyof typeof charts]): string {
  return `${name} ${version}  (${repository}, looked at on ${checked})\n  ${about}`;
}
