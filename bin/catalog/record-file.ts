import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type DatasetRecord, datasetRecord } from "../../constructs/catalog/record";
import { exitCodes } from "../exit-codes";
import { Failure } from "../failure";

/** Where a dataset's record lies, beside the federation file: it is reviewed and kept in git like the config. */
export function recordPath(directory: string, site: string, dataset: string): string {
  return join(directory, "catalog", site, `${dataset}.json`);
}

/** The record at a path, undefined where there is none. A file that is no record of this dataset ends the command. */
export function readRecord(path: string, dataset: string): DatasetRecord | undefined {
  if (!existsSync(path)) return undefined;
  const problem = (what: string) =>
    new Failure(
      `${path}: ${what}; restore it from git, or write it anew with \`isthmus catalog record\``,
      exitCodes.faults,
    );
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw problem(`not JSON (${(error as Error).message})`);
  }
  const checked = datasetRecord.safeParse(content);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw problem(`not a record: ${issue?.path.join(".") || "the whole file"}: ${issue?.message ?? "unreadable"}`);
  }
  if (checked.data.dataset !== dataset) throw problem(`it is the record of ${checked.data.dataset}`);
  return checked.data;
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
