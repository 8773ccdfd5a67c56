import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { packageRoot } from "../config/package-root";
import type { ResolvedFederation } from "../config/resolve/federation";
import type { ResolvedHpcSite } from "../config/resolve/site";
import { engineEnvironment } from "./engine/environment";
import { pythonCommand } from "./python";

/** A site on this machine and its root directory. */
export interface LocalSite {
  readonly site: ResolvedHpcSite;
  /** Absolute. */
  readonly root: string;
}

/** Sites whose programs run on this machine. */
export function localSites(federation: ResolvedFederation, configDirectory: string): LocalSite[] {
  return federation.sites.flatMap((site) =>
    site.provider === "hpc" && site.login === "here" ? [{ site, root: resolve(configDirectory, site.root) }] : [],
  );
}

/** How a call of the kit ended. */
export interface KitEnd {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** The line that matters of a failure. */
  readonly error: string;
}

/** Whether a site's base is installed, with the kit that can be asked about it. */
export function isInstalled(root: string): boolean {
  return existsSync(kitPath(root));
}

function kitPath(root: string): string {
  return kitOf(join(root, "current", "base"));
}

/** The kit that a bundle brings. */
export function kitOf(bundle: string): string {
  return join(bundle, "kit", "site.py");
}

/** What a bundle says of itself; undefined where there is none. */
export function manifestOf(bundle: string): { readonly federation: string; readonly digest: string } | undefined {
  const path = join(bundle, "bundle.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as ReturnType<typeof manifestOf>) : undefined;
}

/** The kit that this package brings. */
export function ownKit(): string {
  return kitOf(join(packageRoot(), "charts", "hpc-site"));
}

/** How a kit is called. */
export interface KitCall {
  /** Default: the site's own, the one that it was installed with, so that asking never needs a synth. */
  readonly kit?: string;
  readonly flags?: readonly string[];
  /** Gets its progress lines, without `isthmus: `. */
  readonly progress?: (line: string) => void;
  /** The federation file's: what installs or repairs needs it, since relative paths of buckets start there. */
  readonly directory?: string;
  /** More of its environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Lets it read this process's standard input, or write to its standard output. */
  readonly shares?: "stdin" | "stdout";
  /** Ends it in an orderly way. */
  readonly signal?: AbortSignal;
}

/** Runs a site's kit. */
export function runKit(
  root: string,
  verb: "install" | "uninstall" | "ensure" | "status" | "credentials" | "backup" | "restore" | "ports",
  { kit = kitPath(root), flags = [], ...call }: KitCall = {},
): Promise<KitEnd> {
  return callKit(kit, [verb, "--root", root, ...flags], call);
}

const prefix = "isthmus: ";
const failure = "isthmus: error: ";

/** Runs a kit with any arguments. */
export function callKit(kit: string, args: readonly string[], call: Omit<KitCall, "kit" | "flags"> = {}) {
  return callProgram(pythonCommand(), [kit, ...args], call);
}

/** Runs a program that speaks as a kit does. */
export async function callProgram(
  program: string,
  args: readonly string[],
  { progress = () => {}, directory, environment = {}, shares, signal }: Omit<KitCall, "kit" | "flags"> = {},
): Promise<KitEnd> {
  const child = spawn(program, args, {
    ...(directory === undefined ? {} : { cwd: directory }),
    env: { ...engineEnvironment(), ...environment },
    stdio: [shares === "stdin" ? "inherit" : "ignore", shares === "stdout" ? "inherit" : "pipe", "pipe"],
  });
  const [out, err]: [string[], string[]] = [[], []];
  const stop = () => child.kill("SIGTERM");
  signal?.addEventListener("abort", stop);
  const ended = new Promise<number>((done) => {
    child.once("error", (error) => {
      err.push(failure + error.message);
      done(127);
    });
    child.once("exit", (code) => done(code ?? 1));
  });
  const read = async (stream: NodeJS.ReadableStream | null, lines: string[]) => {
    for await (const line of stream === null ? [] : createInterface({ input: stream })) {
      lines.push(line);
      if (line.startsWith(prefix) && !line.startsWith(failure)) progress(line.slice(prefix.length));
    }
  };
  const [code] = await Promise.all([ended, read(child.stdout, out), read(child.stderr, err)]);
  signal?.removeEventListener("abort", stop);
  const error = code === 0 ? "" : errorLine(err, code);
  return { ok: code === 0, stdout: out.join("\n"), stderr: err.join("\n"), error };
}

function errorLine(err: readonly string[], code: number): string {
  const own = err.findLast((line) => line.startsWith(failure));
  return own?.slice(failure.length) ?? err.findLast((line) => line.trim() !== "") ?? `exit ${code}`;
}
