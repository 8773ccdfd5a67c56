import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

export const repository = join(__dirname, "../..");

/** A copy of the demo's config in a folder of its own, as a user's repository would be: `<folder>/federation.yaml`. */
export function copyOfDemo(): string {
  const folder = mkdtempSync(join(tmpdir(), "isthmus-synth-"));
  for (const part of ["federation.yaml", "sites", "catalog"])
    cpSync(join(repository, "config/federations/demo", part), join(folder, part), { recursive: true });
  return folder;
}

/** Runs `isthmus synth` as a process of its own, from a folder below if told, and returns the output directory. */
export function synth(folder: string, nodeArguments: readonly string[] = [], output = "cdktf.out", from = "."): string {
  const program = join(repository, "dist/bin/isthmus.js");
  const cwd = join(folder, from);
  const file = relative(cwd, join(folder, "federation.yaml"));
  const told = from === "." ? ["--output", output] : [];
  const run = spawnSync(process.execPath, [...nodeArguments, program, "synth", file, ...told], {
    cwd,
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(`synth ended with ${run.status}:\n${run.stdout}${run.stderr}`);
  return join(folder, output);
}

/** Every file below a folder: relative path -> bytes as text. */
export function filesBelow(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true }).map((n) => join(folder, String(n)));
  const files = names.filter((n) => statSync(n).isFile()).sort();
  return new Map(files.map((n) => [relative(folder, n), readFileSync(n, "utf8")]));
}
