import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { isthmus, program } from "../e2e/demo/federation";
import { type AwsEngine, offline } from "./engine";
import { StackFolder } from "./stack-folder";

/** How a run ended, and all that it wrote. */
export interface Ended {
  readonly status: number | null;
  readonly text: string;
}

/** Starts `isthmus` in a folder beside a local AWS API, whose process is this one's child and must go on meanwhile. */
export function startIsthmus(
  { engine, configFile }: AwsEngine,
  folder: string,
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const own = { ISTHMUS_ENGINE: engine.command, TF_CLI_CONFIG_FILE: configFile };
  const env = { ...process.env, ...environment, ...own };
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (text += part));
  const ended = new Promise<Ended>((done) => child.on("close", (status) => done({ status, text })));
  return { child, ended };
}

/** Where a synth leaves a stack. */
export function stackIn(folder: string, stack: string, output = "cdktf.out"): string {
  return join(folder, output, "stacks", stack);
}

/** Puts something beside each stack's JSON, where a synth leaves it. */
export function writeOverrides(folder: string, stacks: readonly string[], content: object, output?: string): void {
  for (const stack of stacks) {
    const directory = stackIn(folder, stack, output);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "tests_override.tf.json"), JSON.stringify(content));
  }
}

/** Synthesizes a folder's federation for plans without any API: a folder for the engine for each of these stacks. */
export function offlineStacks(engine: AwsEngine, folder: string, stacks: readonly string[]): StackFolder[] {
  const output = "offline";
  expect(isthmus(folder, "synth", "federation.yaml", "--output", output).stderr).toBe("");
  writeOverrides(folder, stacks, offline, output);
  return stacks.map((stack) => new StackFolder(engine, stackIn(folder, stack, output)));
}

/** Processes that another one has started. */
export function childrenOf(pid: number | undefined): number[] {
  if (!existsSync(`/proc/${pid}`)) return [];
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}
