import { existsSync } from "node:fs";
import { join } from "node:path";
import { listed } from "../../config/suggest";
import { Failure } from "../failure";
import { readStackJson, type StackJson } from "./stack-index";

/** Environment variables that a stack takes its secrets from: its variables bear their names. */
export function secretsOf(config: StackJson): string[] {
  return Object.keys((config.variable as Record<string, unknown> | undefined) ?? {});
}

function secretIn(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const value = env[`TF_VAR_${name}`] ?? env[name];
  return value === "" ? undefined : value;
}

/**
 * A stack's secrets as the engine takes variables. A destroy asks for them and uses none, so one that is not there is an
 * empty text; {@link refuseMissingSecrets} has refused that before an apply.
 */
export function secretVariables(directory: string, env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  if (!existsSync(join(directory, "cdk.tf.json"))) return {};
  const names = secretsOf(readStackJson(directory));
  return Object.fromEntries(names.map((name) => [`TF_VAR_${name}`, secretIn(name, env) ?? ""]));
}

/**
 * Refuses to begin where a secret of a stack that is to be applied is not in the environment, all of them at once.
 * @throws Failure
 */
export function refuseMissingSecrets(
  output: string,
  stacks: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): void {
  const uses = new Map<string, string[]>();
  for (const stack of stacks)
    for (const name of secretsOf(readStackJson(join(output, "stacks", stack))))
      if (secretIn(name, env) === undefined) uses.set(name, [...(uses.get(name) ?? []), stack]);
  if (uses.size === 0) return;
  const lines = [...uses].map(([name, by]) => `  ${name}  for ${listed(by)}`);
  throw new Failure(
    `${uses.size === 1 ? "a secret is" : "secrets are"} not in the environment; nothing was changed:\n${lines.join("\n")}\nset ${uses.size === 1 ? "it" : "them"} (export NAME=...) and run this again`,
  );
}
