import { type Command, Option } from "commander";
import { type FaultFormat, faultFormats, formatFaults } from "../../config/faults";
import { loadFederation } from "../../config/load";
import { recordsOf } from "../catalog/record-file";
import { exitCodes } from "../exit-codes";
import { expiryNotes } from "../expired";
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
  const config = loadFederation(federationFile(given));
  const { federation } = config;
  const faults = federation ? recordsOf({ ...config, federation }).faults : config.faults;
  const loaded = { ...config, faults };
  const bad = faults.length > 0;
  const notes = federation ? expiryNotes({ ...config, federation }) : [];
  const text = formatFaults(faults, format, notes);
  if (text !== "") console.log(text);
  if (federation && !bad && format === "text") {
    const { sites, id } = federation;
    const hubs = sites.reduce((n, s) => n + s.hubs.length, 0);
    const datasets = sites.reduce((n, s) => n + s.datasets.length, 0);
    console.log(
      `${id}: valid (${[counted(sites.length, "site"), counted(hubs, "hub"), counted(datasets, "dataset")].join(", ")} in ${counted(loaded.files.length, "file")})`,
    );
  } else if (bad && format === "text") console.error(countOf(loaded));
  process.exitCode = bad ? exitCodes.faults : exitCodes.ok;
}
