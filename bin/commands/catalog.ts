import { resolve } from "node:path";
import type { Command } from "commander";
import { copiesOf } from "../../config/resolve/mirrors";
import { didYouMean, listed } from "../../config/suggest";
import type { DatasetRecord } from "../../constructs/catalog/record";
import type { Outcome, SiteDataset } from "../catalog/record-datasets";
import { exitCodes } from "../exit-codes";
import { reportFailure, usageFailure } from "../failure";
import { LiveLine } from "../live-line";
import { type Config, loadOrExit } from "../load-or-exit";

interface Flags {
  readonly file?: string;
  readonly dataset?: readonly string[];
  readonly output?: string;
}

const fileHelp = "federation file (default: ./federation.yaml, else cdktf.json's context.federation)";

export function register(program: Command): void {
  const catalog = program
    .command("catalog")
    .description("the federation's STAC and Intake pages: record what the stores hold, build the pages")
    .addHelpText(
      "after",
      "\nExamples:\n  isthmus catalog record federation.yaml\n  isthmus catalog build federation.yaml --output public",
    );
  catalog
    .command("record")
    .description(
      "read dimensions, variables, extents and digests from the datasets' stores into catalog/ beside the config, and compare copies at other sites",
    )
    .argument("[file]", fileHelp)
    .option("-f, --file <file>", "the same, as an option")
    .option("--dataset <id...>", "only these datasets")
    .addHelpText("after", "\nExample:\n  isthmus catalog record federation.yaml --dataset sst")
    .action((file: string | undefined, flags: Flags) => reportFailure(() => record(file ?? flags.file, flags.dataset)));
  catalog
    .command("build")
    .description(
      "write the pages into a folder, as every site serves them; the same config and records give the same bytes",
    )
    .argument("[file]", fileHelp)
    .option("-f, --file <file>", "the same, as an option")
    .requiredOption("-o, --output <dir>", "directory for stac/ and intake/")
    .addHelpText("after", "\nExample:\n  isthmus catalog build federation.yaml --output public")
    .action((file: string | undefined, flags: Flags) =>
      reportFailure(() => build(file ?? flags.file, flags.output ?? "")),
    );
}

async function record(file: string | undefined, ids: readonly string[] | undefined): Promise<number> {
  const config = loadOrExit(file);
  const datasets = chosen(config, ids);
  const { recordDatasets } = await import("../catalog/record-datasets.js");
  const outcomes = new Map<SiteDataset, Outcome>();
  const live = new LiveLine(process.stdout);
  const rest = [...datasets];
  await recordDatasets(config.directory, datasets, (of, outcome) => {
    outcomes.set(of, outcome);
    // in the config's order, whichever is read first
    for (let next = rest[0]; next && outcomes.has(next); next = rest[0]) {
      tell(live, next, outcomes.get(next) as Outcome);
      rest.shift();
    }
    live.wait(`read ${outcomes.size} of ${datasets.length}`);
  }).finally(() => live.end());
  const results = [...outcomes.values()].map(({ result }) => result);
  const count = (result: Outcome["result"]) => results.filter((r) => r === result).length;
  const sums = (["recorded", "unchanged", "skipped", "failed"] as const).filter((result) => count(result) > 0);
  console.log(sums.length > 0 ? sums.map((result) => `${count(result)} ${result}`).join(", ") : "no datasets");
  if (count("recorded") > 0)
    console.log("next: look at the records in catalog/ and commit them; isthmus up brings the pages to every site");
  return count("failed") > 0 ? exitCodes.engine : exitCodes.ok;
}

function tell(live: LiveLine, { site, dataset }: SiteDataset, outcome: Outcome): void {
  const line = `${site}/${dataset.id}  ${outcome.result}: ${told(outcome)}`;
  if (outcome.result !== "failed") live.line(line);
  else {
    live.end();
    console.error(line);
  }
}

function chosen({ federation }: Config, ids: readonly string[] | undefined): SiteDataset[] {
  const copies = copiesOf(federation);
  const all = federation.sites.flatMap((site) =>
    site.datasets.map((dataset) => ({ site: site.id, dataset, copies: copies.get(dataset.id) ?? [] })),
  );
  if (!ids) return all;
  const known = all.map(({ dataset }) => dataset.id);
  for (const id of ids)
    if (!known.includes(id))
      throw usageFailure(`no dataset ${id}: ${didYouMean(id, known) ?? `there are ${listed(known)}`}`);
  return all.filter(({ dataset }) => ids.includes(dataset.id));
}

function told(outcome: Outcome): string {
  if ("reason" in outcome) return outcome.reason;
  return [summary(outcome.record), ...outcome.remarks].join("; ");
}

function summary(record: DatasetRecord): string {
  if (record.kind === "references") return `references, ${record.object.bytes} bytes`;
  const interval = record.interval?.map((t) => t?.slice(0, 10) ?? "..").join(" to ");
  const bbox = record.bbox ? `bbox ${record.bbox.join(", ")}` : "no place";
  return `${contents(record)}, ${interval ?? "no time"}, ${bbox}, ${megabytes(sizeOf(record))}`;
}

type Described = Exclude<DatasetRecord, { kind: "references" }>;

function contents(record: Described): string {
  if (record.kind === "cog") return `${record.bands.length} bands (${record.width} x ${record.height})`;
  if (record.kind === "parquet") return `${record.columns.map(({ name }) => name).join(", ")} (${record.rows} rows)`;
  const variables = Object.entries(record.variables).flatMap(([name, v]) => (v.role === "data" ? [name] : []));
  const shape = Object.entries(record.dimensions).map(([name, { size }]) => `${name} ${size}`);
  return `${variables.join(", ")} (${shape.join(", ")})`;
}

function sizeOf(record: Described): number {
  return record.kind === "cog" || record.kind === "parquet" ? record.object.bytes : record.uncompressedBytes;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0)} MB`;
}

async function build(file: string | undefined, output: string): Promise<number> {
  const config = loadOrExit(file);
  const { catalogOf } = await import("../catalog-files.js");
  const { writePages } = await import("../catalog/write-pages.js");
  const files = catalogOf(config);
  writePages(resolve(output), files);
  console.log(`${files.size} pages in ${output}: stac/catalog.json, intake/catalog.yaml`);
  return exitCodes.ok;
}
