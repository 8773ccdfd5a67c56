import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Every executable of this name on PATH, in order. */
export function onPath(name: string, env: NodeJS.ProcessEnv): string[] {
  const directories = (env.PATH ?? "").split(delimiter).filter((d) => d !== "");
  return directories.map((d) => join(d, name)).filter(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
