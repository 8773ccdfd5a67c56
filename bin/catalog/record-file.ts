import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { check } from "../../config/check";
import { type Fault, faultAt, sortFaults } from "../../config/faults";
import { shownAs } from "../../config/files";
import type { ResolvedFederation } from "../../config/resolve/federation";
import { readYaml } from "../../config/yaml";
import { type DatasetRecord, datasetRecord } from "../../constructs/catalog/record";

/** Where a dataset's record lies, beside the federation file: it is reviewed and kept in git like the config. */
export function recordPath(directory: string, site: string, dataset: string): string {
  return join(directory, "catalog", site, `${dataset}.json`);
}

const fix = "restore it from git, or write it anew with `isthmus catalog record`";

/** What is known of a federation's datasets, and the faults of record files that are none, each at its place. */
export function recordsOf({ federation, directory }: { federation: ResolvedFederation; directory: string }): {
  records: Map<string, DatasetRecord>;
  faults: Fault[];
} {
  const records = new Map<string, DatasetRecord>();
  const faults: Fault[] = [];
  for (const site of federation.sites)
    for (const { id } of site.datasets) {
      const read = readRecord(recordPath(directory, site.id, id), id);
      if (Array.isArray(read)) faults.push(...read);
      else if (read) records.set(id, read);
    }
  return { records, faults: sortFaults(faults) };
}

/** The record at a path, undefined where there is none, or what is wrong with the file. */
export function readRecord(path: string, dataset: string): DatasetRecord | Fault[] | undefined {
  const shown = shownAs(path);
  const whole = (message: string) => [faultAt("record", { file: shown, line: 1, col: 1 }, { path: [], message, fix })];
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === "ENOENT" ? undefined : whole(`cannot be read (${code})`);
  }
  const content = parsed(bytes.toString("utf8"));
  if (content === undefined) return notJson(shown, bytes) ?? whole("not JSON");
  const checked = datasetRecord.safeParse(content);
  if (!checked.success) return misfits(shown, bytes) ?? whole("not a record");
  return checked.data.dataset === dataset ? checked.data : whole(`it is the record of ${checked.data.dataset}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The place of the first mistake: JSON is YAML, whose reader knows places. */
function notJson(shown: string, bytes: Buffer): Fault[] | undefined {
  const [first] = readYaml(shown, bytes).faults;
  return first && [{ ...first, code: "record", path: "", message: `not JSON: ${first.message}`, fix }];
}

function misfits(shown: string, bytes: Buffer): Fault[] | undefined {
  const { tree } = readYaml(shown, bytes);
  const faults = tree ? check(datasetRecord, tree).faults : [];
  return faults.length === 0
    ? undefined
    : faults.map((f) => ({ ...f, code: "record", message: `not a record: ${f.message}`, fix }));
}

/** Writes a record whole or not at all. Returns whether the file's content changed. */
export function writeRecord(path: string, record: DatasetRecord): boolean {
  const text = `${JSON.stringify(record, null, 2)}\n`;
  if (existsSync(path) && readFileSync(path, "utf8") === text) return false;
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(unfinished, text);
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return true;
}
