import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type EngineContext, EngineFailure, readCommand, runCommand } from "./command";
import { engineEnvironment } from "./environment";
import type { PlanJson } from "./guard";

/** The engine's steps on one stack's directory (with its `cdk.tf.json`). */

/** Makes the directory ready (backend, providers), unless that was done and nothing it depends on has changed. */
export async function initialize(context: EngineContext): Promise<void> {
  const stamp = join(context.directory, ".terraform", "isthmus-init");
  const digest = initDigest(context);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  // -reconfigure: where the state lies follows from the config, so what an earlier output directory remembers of it is stale
  await runCommand(context, ["init", "-json", "-no-color", "-input=false", "-reconfigure"]);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
}

/** What `init` looks at: backend and providers of the stack, modules, the engine, its configuration file. */
function initDigest({ engine, directory }: EngineContext): string {
  const stack = JSON.parse(readFileSync(join(directory, "cdk.tf.json"), "utf8")) as Record<string, unknown>;
  const file = engineEnvironment().TF_CLI_CONFIG_FILE;
  const config = file && existsSync(file) ? readFileSync(file, "utf8") : "";
  const facts = [engine, stack.terraform ?? null, stack.module ?? null, file ?? "", config, directory];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}

/** Plans into `file`; says whether anything would change. A provider that vanished since the last init is fetched again. */
export async function plan(context: EngineContext, file: string, kind: "apply" | "destroy"): Promise<boolean> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const args = ["plan", "-json", "-no-color", "-input=false", "-detailed-exitcode", `-out=${file}`];
  if (kind === "destroy") args.push("-destroy");
  const run = async () => (await runCommand(context, args, [0, 2])).code === 2;
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof EngineFailure) || !error.errors.some((e) => /\b(terraform|tofu) init\b/.test(e.detail)))
      throw error;
    rmSync(join(context.directory, ".terraform", "isthmus-init"), { force: true });
    await initialize(context);
    return run();
  }
}

/** A plan file as data. */
export async function showPlan(context: EngineContext, file: string): Promise<PlanJson> {
  return JSON.parse(await readCommand(context, ["show", "-json", "-no-color", file])) as PlanJson;
}

/** Carries out exactly what was planned. */
export async function applyPlan(context: EngineContext, file: string): Promise<void> {
  await runCommand(context, ["apply", "-json", "-no-color", "-input=false", file]);
}

/** Plans nothing but these data sources into `file`. Nothing of the state is read anew. */
export async function planLook(context: EngineContext, file: string, addresses: readonly string[]): Promise<void> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const targets = addresses.map((address) => `-target=${address}`);
  await runCommand(context, [
    "plan",
    "-json",
    "-no-color",
    "-input=false",
    "-refresh=false",
    `-out=${file}`,
    ...targets,
  ]);
}

/** Takes a thing into the state. @returns false where there is none, by what the engine says of it */
export async function importThing(
  context: EngineContext,
  { address, id }: { readonly address: string; readonly id: string },
  gone: RegExp,
): Promise<boolean> {
  try {
    await readCommand(context, ["import", "-no-color", "-input=false", address, id]);
    return true;
  } catch (error) {
    if (error instanceof EngineFailure && error.errors.some(({ detail }) => gone.test(detail))) return false;
    throw error;
  }
}

/** Takes a thing out of the state; the thing itself stays as it is. */
export async function forgetThing(context: EngineContext, address: string): Promise<void> {
  await readCommand(context, ["state", "rm", address]);
}
