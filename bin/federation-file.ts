import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The federation file of a command: its argument, else ./federation.yaml, else cdktf.json's `context.federation`. */
export function federationFile(given: string | undefined): string {
  if (given !== undefined) return given;
  if (existsSync("federation.yaml")) return "federation.yaml";
  return projectAt(process.cwd())?.federation ?? "federation.yaml";
}

/**
 * Where a federation's stacks are written, the same wherever the command is given: what is told, else CDKTF_OUTDIR (cdktf
 * sets it), else the output of the cdktf project that names this federation, else `cdktf.out` beside its file.
 */
export function outputDirectory(file: string, given?: string): string {
  const told = given ?? process.env.CDKTF_OUTDIR;
  if (told !== undefined) return resolve(told);
  const path = resolve(file);
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    const project = projectAt(directory);
    if (project && resolve(directory, project.federation ?? "federation.yaml") === path)
      return resolve(directory, project.output ?? "cdktf.out");
    if (directory === dirname(directory)) return join(dirname(path), "cdktf.out");
  }
}

interface Project {
  readonly federation?: string;
  readonly output?: string;
}

/** What a folder's cdktf.json says; one that is no JSON says nothing, since cdktf itself tells what is wrong with it. */
function projectAt(directory: string): Project | undefined {
  const path = join(directory, "cdktf.json");
  if (!existsSync(path)) return undefined;
  const { context, output } = parse(readFileSync(path, "utf8")) ?? {};
  const federation = context?.federation;
  return {
    ...(typeof federation === "string" ? { federation } : {}),
    ...(typeof output === "string" ? { output } : {}),
  };
}

function parse(text: string): { context?: { federation?: unknown } | null; output?: unknown } | null {
  try {
    return JSON.parse(text) as { context?: { federation?: unknown } | null } | null;
  } catch {
    return null;
  }
}
