import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Failure } from "../failure";
import type { Engine } from "./find";
import type { StateDirectory } from "./state-directory";

/** The record of a stack's latest apply: enough to list and destroy it after it has left the config. */
export interface IndexEntry {
  readonly format: 1;
  readonly stack: string;
  readonly site: string;
  /** sha256 of the stack's JSON without its metadata. */
  readonly digest: string;
  /** `applying` stays when an apply did not finish: some of the stack may exist. */
  readonly status: "applying" | "applied";
  readonly engine: Pick<Engine, "product" | "version">;
  /** When the apply began (ISO 8601). */
  readonly at: string;
  /** Stacks that this one needs. */
  readonly dependencies: readonly string[];
  /** The stack's directory, relative to the state directory: paths in its JSON start there. */
  readonly directory: string;
  /** The synthesized stack. */
  readonly config: StackJson;
}

/** Where records are written. */
export interface RecordKeeper {
  /** Writes one as a whole or not at all. */
  write(entry: IndexEntry): Promise<void>;
  /** Forgets a stack that is gone. */
  remove(stack: string): Promise<void>;
}

/** A stack as Terraform JSON. */
export type StackJson = Readonly<Record<string, unknown>>;

/** All recorded stacks by name, in alphabetical order. */
export function readIndex(state: StateDirectory): Map<string, IndexEntry> {
  const files = existsSync(state.index) ? readdirSync(state.index).filter((f) => f.endsWith(".json")) : [];
  const entries = files.sort().map((f) => readEntry(join(state.index, f)));
  return new Map(entries.map((e) => [e.stack, e]));
}

function readEntry(path: string): IndexEntry {
  return parseEntry(readFileSync(path, "utf8"), path);
}

/** A record's text as data; `place` is where it lies. @throws Failure for one that is damaged */
export function parseEntry(text: string, place: string): IndexEntry {
  try {
    return JSON.parse(text) as IndexEntry;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const fix = "remove it; `isthmus up` writes it anew if its stack is in the config";
    throw new Failure(`the record ${place} of an apply is damaged: ${fix}`);
  }
}

/** Writes one record as a whole or not at all. */
export function writeIndex(state: StateDirectory, entry: IndexEntry): void {
  mkdirSync(state.index, { recursive: true, mode: 0o700 });
  const path = join(state.index, `${entry.stack}.json`);
  writeFileSync(`${path}.new`, `${JSON.stringify(entry, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Forgets a stack that is gone. */
export function removeFromIndex(state: StateDirectory, stack: string): void {
  rmSync(join(state.index, `${stack}.json`), { force: true });
}

/** A stack's synthesized JSON. */
export function readStackJson(directory: string): StackJson {
  return JSON.parse(readFileSync(join(directory, "cdk.tf.json"), "utf8")) as StackJson;
}

/** What a stack asks for, as one number; its metadata (the synthesizer's version) does not count. */
export function stackDigest(config: StackJson): string {
  const { "//": _metadata, ...rest } = config;
  return createHash("sha256").update(JSON.stringify(rest)).digest("hex");
}

/** Where a stack's directory lies, as the index keeps it. */
export function relativeDirectory(state: StateDirectory, directory: string): string {
  return relative(state.root, directory);
}

/**
 * Writes a recorded stack back to where it was synthesized and returns that directory: its relative paths hold there only.
 * What another machine wrote outside its federation's directory goes to `output`.
 */
export function materialize(state: StateDirectory, entry: IndexEntry, output: string): string {
  const recorded = resolve(state.root, entry.directory);
  const outside = relative(join(state.root, "../.."), recorded).startsWith("..");
  const directory = outside && !isLocal(entry.config) ? join(output, "stacks", entry.stack) : recorded;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "cdk.tf.json"), `${JSON.stringify(entry.config, null, 2)}\n`);
  return directory;
}

/** Whether a stack's state is a file of this machine. */
function isLocal(config: StackJson): boolean {
  const { backend } = (config.terraform ?? {}) as { backend?: object };
  return backend === undefined || "local" in backend;
}
