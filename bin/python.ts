import { spawnSync } from "node:child_process";

const supported = ["3.11", "3.12", "3.13"];
const probe = "import os,sys; print('%d.%d' % sys.version_info[:2], os.path.realpath(sys.executable))";
let found: string | undefined;

/**
 * The Python that site kits run on: ISTHMUS_PYTHON, else the first of PATH that is 3.11 to 3.13, by its real path; `python3` where
 * none is, so that its own message tells. The same search as bootstrap.mjs does before anything is compiled.
 */
export function pythonCommand(env: NodeJS.ProcessEnv = process.env): string {
  if (env.ISTHMUS_PYTHON !== undefined) return env.ISTHMUS_PYTHON;
  found ??= ["python3", "python3.13", "python3.12", "python3.11"].map(pathOf).find((path) => path !== undefined);
  return found ?? "python3";
}

function pathOf(name: string): string | undefined {
  const run = spawnSync(name, ["-c", probe], { encoding: "utf8" });
  const [version = "", path] = run.status === 0 ? run.stdout.trim().split(" ") : [];
  return supported.includes(version) ? path : undefined;
}
