import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cached } from "./cache";

/**
 * The interpreter of a Python environment with what a locked requirements text names (with hashes), made once for a machine:
 * by uv where there is one, else by pip. Scripts in its `bin` do not run, since it is moved into place: use `-m`.
 */
export function pythonEnvironment(name: string, requirements: string): string {
  const digest = createHash("sha256").update(requirements).digest("hex").slice(0, 12);
  const place = cached(`${name}-${digest}`, (folder) => {
    const own = join(folder, "bin/python");
    must([process.env.ISTHMUS_PYTHON ?? "python3", "-m", "venv", folder]);
    const uv = process.env.ISTHMUS_UV ?? "uv";
    const installer =
      spawnSync(uv, ["--version"]).status === 0
        ? [uv, "pip", "install", "--quiet", "--python", own]
        : [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    const list = join(folder, "requirements.txt");
    writeFileSync(list, requirements);
    must([...installer, "--require-hashes", "-r", list]);
  });
  return join(place, "bin/python");
}

function must([command = "", ...args]: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr}`);
}
