import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { usageFailure } from "../failure";

/** What ends the name of a backup. */
export const suffix = ".isthmus-backup.tar.gz";

/** `east-20261231T235959Z.isthmus-backup.tar.gz` */
export function backupName(site: string, at: Date): string {
  return `${site}-${at.toISOString().replaceAll(/[-:]|\.\d+/g, "")}${suffix}`;
}

/**
 * The absolute path that a backup is written to: the given file or a new one in the given folder, else in `backups/`
 * beside the federation file, which is made with a .gitignore of its own.
 * @throws Failure (usage) where it cannot be a file, or git would take it
 */
export function outputPath(given: string | undefined, configDirectory: string, site: string, at: Date): string {
  const folder = given === undefined ? join(configDirectory, "backups") : resolve(given);
  if (given === undefined) makeIgnored(folder);
  const kind = statSync(folder, { throwIfNoEntry: false });
  const path = kind?.isDirectory() ? join(folder, backupName(site, at)) : folder;
  if (kind && !kind.isDirectory() && !kind.isFile()) throw usageFailure(`${path} is no file: name one, or a folder`);
  if (!existsSync(dirname(path))) throw usageFailure(`there is no folder ${dirname(path)}: make it first`);
  requireIgnored(path);
  return path;
}

function makeIgnored(folder: string): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, ".gitignore"), "# Backups hold secrets.\n*\n");
}

/** A backup holds every secret of its site: one commit, and it is everybody's. */
function requireIgnored(path: string): void {
  const tree = workingTree(dirname(path));
  if (tree === undefined) return;
  const git = spawnSync("git", ["check-ignore", "--quiet", "--", basename(path)], { cwd: dirname(path) });
  if (git.status === 0) return;
  const why = git.status === 1 ? "git does not ignore it" : "git cannot tell whether it ignores it";
  throw usageFailure(
    `${path} lies in the git working tree ${tree} and ${why}: a backup holds secrets; add it to .gitignore, or choose another place by --output`,
  );
}

function workingTree(directory: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return undefined;
  }
}
