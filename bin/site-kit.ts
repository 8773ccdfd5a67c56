import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
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
  /** The line that matters of a failure. */
  readonly error: string;
}

/** Whether a site's base is installed, with the kit that can be asked about it. */
export function isInstalled(root: string): boolean {
  return existsSync(kitPath(root));
}

function kitPath(root: string): string {
  return join(root, "current", "base", "kit", "site.py");
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
}

/** Runs a site's kit. */
export async function runKit(
  root: string,
  verb: "install" | "uninstall" | "ensure" | "status" | "credentials",
  { kit = kitPath(root), flags = [], progress = () => {}, directory, environment = {} }: KitCall = {},
): Promise<KitEnd> {
  const child = spawn(pythonCommand(), [kit, verb, "--root", root, ...flags], {
    ...(directory === undefined ? {} : { cwd: directory }),
    env: { ...engineEnvironment(), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out: string[] = [];
  const err: string[] = [];
  const ended = new Promise<number>((done) => {
    child.once("error", (error) => {
      err.push(`isthmus: error: ${error.message}`);
      done(127);
    });
    child.once("exit", (code) => done(code ?? 1));
  });
  const prefix = "isthmus: ";
  const read = async (stream: NodeJS.ReadableStream, lines: string[]) => {
    for await (const line of createInterface({ input: stream })) {
      lines.push(line);
      if (lines === out && line.startsWith(prefix)) progress(line.slice(prefix.length));
    }
  };
  const [code] = await Promise.all([ended, read(child.stdout, out), read(child.stderr, err)]);
  return { ok: code === 0, stdout: out.join("\n"), error: code === 0 ? "" : errorLine(err, code) };
}

function errorLine(err: readonly string[], code: number): string {
  const own = err.findLast((line) => line.startsWith("isthmus: error: "));
  return own?.slice("isthmus: error: ".length) ?? err.findLast((line) => line.trim() !== "") ?? `exit ${code}`;
}
