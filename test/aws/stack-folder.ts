import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { AwsEngine } from "./engine";

/** What an engine is run by. */
export type Found = Pick<AwsEngine, "engine" | "configFile">;

interface Stack {
  readonly terraform: { readonly required_providers: Readonly<Record<string, unknown>> };
  readonly provider: Readonly<Record<string, unknown>>;
  readonly data?: Types;
  readonly resource?: Types;
  readonly locals?: object;
}
type Types = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/**
 * What of a stack is a cloud's: without releases and objects of Kubernetes, whose providers are not at hand, and without its backend.
 * Outputs and secrets go with what they are of.
 */
export function cloudParts(json: string, cloud: "aws" | "google" = "aws"): object {
  const { terraform, provider, data, resource, locals } = JSON.parse(json) as Stack;
  return {
    terraform: { required_providers: { [cloud]: terraform.required_providers[cloud] } },
    provider: { [cloud]: provider[cloud] },
    ...partsOf(cloud, "data", data),
    ...partsOf(cloud, "resource", resource),
    ...(locals ? { locals } : {}),
  };
}

/** Blocks of a cloud's types; nothing where there are none, which the engine would not read. */
function partsOf(cloud: string, key: "data" | "resource", types: Types = {}): object {
  const kept = Object.entries(types).filter(([type]) => type.startsWith(`${cloud}_`));
  const address = new RegExp(`^(?:data\\.)?${cloud}_`);
  const own = (resource: Readonly<Record<string, unknown>>) => {
    const needed = (resource.depends_on ?? []) as readonly string[];
    return { ...resource, depends_on: needed.filter((one) => address.test(one)) };
  };
  const blocks = kept.map(([type, of]) => [
    type,
    Object.fromEntries(Object.entries(of).map(([n, one]) => [n, own(one)])),
  ]);
  return blocks.length > 0 ? { [key]: Object.fromEntries(blocks) } : {};
}

/** A directory with a stack's JSON, in which the engine runs. */
export class StackFolder {
  constructor(
    private readonly found: Found,
    private readonly directory: string,
    private readonly environment: Readonly<Record<string, string>> = {},
  ) {}

  write(name: string, content: object): this {
    const path = join(this.directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(content));
    return this;
  }

  /** Runs the engine, beside a local API whose connections must be looked after meanwhile: how it ended, and all that it wrote. */
  async run(...args: string[]): Promise<Ended> {
    const own = { TF_CLI_CONFIG_FILE: this.found.configFile, CHECKPOINT_DISABLE: "1" };
    const env = { ...process.env, ...own, ...this.environment };
    const child = spawn(this.found.engine.command, args, {
      cwd: this.directory,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (part) => (stdout += part));
    child.stderr.on("data", (part) => (stderr += part));
    const [status] = (await once(child, "close")) as [number | null];
    return { status, text: stdout + stderr, stdout };
  }

  /** The same, which must end well: what it wrote. */
  async must(...args: string[]): Promise<string> {
    const { status, text, stdout } = await this.run(...args);
    if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}:\n${text}`);
    return stdout;
  }
}

/** How the engine ended. */
export interface Ended {
  readonly status: number | null;
  readonly text: string;
  readonly stdout: string;
}

/** The AWS parts of a stack in a directory of their own, with what the tested provider needs beside them. */
export function awsStack(
  found: AwsEngine,
  directory: string,
  json: string,
  beside: object,
  environment: Readonly<Record<string, string>> = {},
): StackFolder {
  const stack = new StackFolder(found, directory, environment);
  return stack.write("cdk.tf.json", cloudParts(json)).write("tests_override.tf.json", beside);
}
