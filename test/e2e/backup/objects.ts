import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Puts or gets an object of a hub's scratch bucket as a saved script would: with the hub's keys. Returns what it holds. */
export function objects(root: string, verb: "put" | "get", name: string): string {
  const script = join(__dirname, "objects.py");
  const run = spawnSync("python3", ["-B", script, root, verb, name], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`${verb} ${name}: ${run.stderr}`);
  return run.stdout.trim();
}
