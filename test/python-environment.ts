import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { cached } from "./cache";

const usual = process.env.ISTHMUS_PYTHON ?? "python3";

/**
 * The interpreter of a Python environment with what a locked requirements text names (with hashes), made once for a machine:
 * by uv where there is one, else by pip. Scripts in its `bin` do not run, since it is moved into place: use `-m`.
 */
export function pythonEnvironment(name: string, requirements: string, python = usual): string {
  const digest = createHash("sha256").update(requirements).digest("hex").slice(0, 12);
  const place = cached(`${name}-${digest}`, (folder) => {
    const own = join(folder, "bin/python");
    must([python, "-m", "venv", folder]);
    const uv = process.env.ISTHMUS_UV ?? "uv";
    const installer =
      spawnSync(uv, ["--version"]).status === 0
        ? [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", own]
        : [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    const list = join(folder, "requirements.txt");
    writeFileSync(list, requirements);
    must([...installer, "--no-deps", "--require-hashes", "-r", list]);
  });
  return join(place, "bin/python");
}

/** A Python from 3.12 to 3.14, for what does not run on older ones: the usual one, one on PATH, one of pyenv's. */
export function newerPython(): string | undefined {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), ".pyenv"), "versions");
  const kept = existsSync(versions) ? readdirSync(versions).map((name) => join(versions, name, "bin/python")) : [];
  const probe = "import sys, ensurepip; sys.exit(not (3, 12) <= sys.version_info[:2] <= (3, 14))";
  return [usual, "python3.13", "python3.12", "python3.14", ...kept].find(
    (python) => spawnSync(python, ["-c", probe]).status === 0,
  );
}

function must([command = "", ...args]: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr}`);
}
