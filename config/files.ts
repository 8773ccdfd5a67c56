import { readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { globSync } from "tinyglobby";
import { place } from "./check";
import type { Fault, Finding } from "./faults";
import { lookUp } from "./merge";
import { longestPattern } from "./schema/federation";
import { readYaml, type Tree } from "./yaml";
import { maxFileBytes, tooLarge } from "./yaml-text";

export interface ReadFile {
  /** As shown in faults. */
  readonly shown: string;
  readonly tree: Tree | undefined;
  readonly faults: readonly Fault[];
  /** The site's id as far as it can be told from a file that could not be parsed, so that nobody calls the site missing. */
  readonly guessedSite?: string;
}

/** A path as the user would type it: relative to the working directory where that is shorter. */
export function shownAs(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("../..") ? path : near;
}

/** Reads one config file. `fix` is what to do when it cannot be read at all. */
export function readConfigFile(path: string, fix: string): ReadFile {
  const shown = shownAs(path);
  try {
    const about = statSync(path);
    if (about.isDirectory()) return unreadable(shown, "this is a directory, not a file", fix);
    if (!about.isFile()) return unreadable(shown, "this is not a regular file", fix);
    if (about.size > maxFileBytes) return { shown, tree: undefined, faults: [tooLarge(shown, about.size)] };
    const bytes = readFileSync(path);
    const result = readYaml(shown, bytes);
    const guess = result.tree ? undefined : /^site: *["']?([a-z][a-z0-9-]*)/m.exec(bytes.toString("latin1"))?.[1];
    return { shown, ...result, ...(guess === undefined ? {} : { guessedSite: guess }) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    return unreadable(shown, reasons[code] ?? `cannot be read (${code})`, fix);
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return false;
  }
}

const reasons: Record<string, string> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EACCES: "you may not read this file",
  ELOOP: "its symbolic links lead in a circle",
};

function unreadable(shown: string, message: string, fix: string): ReadFile {
  return { shown, tree: undefined, faults: [{ code: "file", file: shown, line: 1, col: 1, path: "", message, fix }] };
}

/** The site files that `sites:` names, sorted, absolute; a pattern that names none is a fault. */
export function siteFiles(tree: Tree, federationFile: string, directory: string): { paths: string[]; faults: Fault[] } {
  const node = lookUp(tree, ["sites"]).node;
  const patterns = node?.kind === "list" ? node.items : [];
  const found = new Set<string>();
  const faults = patterns.flatMap((item, i) => {
    // What the schema refuses is not looked for.
    if (item.kind !== "scalar" || typeof item.value !== "string") return [];
    if (item.value === "" || item.value.length > longestPattern) return [];
    const { paths, finding } = filesOf(item.value, federationFile, directory);
    for (const path of paths) found.add(path);
    return finding ? [place(tree, { path: ["sites", i], ...finding }, "file")] : [];
  });
  return { paths: withoutAliases([...found].sort()), faults };
}

/** A file that symbolic links show twice is one site's file. */
function withoutAliases(paths: readonly string[]): string[] {
  const real = paths.map((path) => realpathSync(path));
  return paths.filter((_, i) => real.indexOf(real[i] as string) === i);
}

type Wrong = Omit<Finding, "path">;

function filesOf(pattern: string, federationFile: string, directory: string): { paths: string[]; finding?: Wrong } {
  if (isAbsolute(pattern))
    return { paths: [], finding: { message: "an absolute path", fix: "name the sites' files relative to this file" } };
  const options = { cwd: directory, expandDirectories: false, absolute: true };
  const paths = globSync(pattern, options).map((path) => resolve(path));
  const others = paths.filter((path) => path !== federationFile);
  if (others.length < paths.length) {
    const fix = "keep the sites in a folder of their own: sites/*.yaml";
    return { paths: others, finding: { message: "this pattern matches the federation file itself", fix } };
  }
  if (paths.length > 0) return { paths };
  if (!isDirectory(join(directory, pattern)))
    return { paths, finding: { message: "no file matches", fix: "patterns start at this file's folder" } };
  const inside = `${pattern.replace(/\/+$/, "")}/*.yaml`;
  return { paths, finding: { message: "this is a directory", fix: `name the files in it: ${inside}` } };
}
