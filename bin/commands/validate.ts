import { type Command, Option } from "commander";
import { type FaultFormat, faultFormats, formatFaults } from "../../config/faults";
import { loadFederation } from "../../config/load";
import { exitCodes } from "../exit-codes";
import { federationFile } from "../federation-file";
import { counted, countOf } from "../load-or-exit";

export function register(program: Command): void {
  program
    .command("validate")
    .description("check a federation and all its sites; every fault of every file in one run")
    .argument("[file]", "federation file (default: ./federation.yaml, else cdktf.json's context.federation)")
    .option("-f, --file <file>", "the same, as an option")
    .addOption(new Option("--format <format>", "how faults are printed").choices(faultFormats).default("text"))
    .addHelpText("after", "\nExample:\n  isthmus validate federation.yaml --format github")
    .action((file: string | undefined, options: { file?: string; format: FaultFormat }) =>
      validate(file ?? options.file, options.format),
    );
}

function validate(given: string | undefined, format: FaultFormat): void {
  const loaded = loadFederation(federationFile(given));
  const bad = loaded.faults.length > 0;
  if (format === "json") console.log(formatFaults(loaded.faults, "json"));
  else if (bad) console.log(formatFaults(loaded.faults, format));
  if (loaded.federation && format === "text") {
    const { sites, id } = loaded.federation;
    const hubs = sites.reduce((n, s) => n + s.hubs.length, 0);
    const datasets = sites.reduce((n, s) => n + s.datasets.length, 0);
    console.log(
      `${id}: valid (${[counted(sites.length, "site"), counted(hubs, "hub"), counted(datasets, "dataset")].join(", ")} in ${counted(loaded.files.length, "file")})`,
    );
  } else if (bad && format === "text") console.error(countOf(loaded));
  process.exitCode = bad ? exitCodes.faults : exitCodes.ok;
}
