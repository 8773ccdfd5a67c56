import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../config/package-root";
import type { SudoManifest } from "./sudoers";

/** Where a site's front listens. */
export interface Listen {
  /** An address of this machine; loopback unless told otherwise. */
  readonly host: string;
  readonly port: number;
}

/** A program that the site's supervisor keeps running. Words and values may name `{root}`, `{bundle}`, `{env.X}`, `{tool.X}`, `{node}`. */
export interface Program {
  /** Unique at the site. */
  readonly name: string;
  /** Lower ones are started first; nobody waits. */
  readonly priority: number;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Secrets generated on the machine that this program gets as variables: `NAME`, or `VARIABLE=NAME`. */
  readonly secrets?: readonly string[];
  /** Files of the bundle whose change restarts this program. */
  readonly inputs: readonly string[];
  /** A file whose change needs only a hang-up signal. */
  readonly reload?: string;
  /** Answered with one of these statuses when the program does its work; without it, running is enough. */
  readonly health?: { readonly url: string; readonly status: readonly number[] };
}

/** What the kit reads of a bundle, but its format and digest. */
export interface BundleManifest {
  readonly federation: string;
  readonly site: string;
  /** `base` or the hub's id. */
  readonly id: string;
  readonly stack: string;
  /** Python environments by name, each with its lock in the bundle. */
  readonly environments: Readonly<Record<string, string>>;
  /** Other tools by name: a version, or a lock in the bundle. */
  readonly tools: Readonly<Record<string, string>>;
  /** Made under the site's root. */
  readonly directories: readonly string[];
  readonly programs: readonly Program[];
  /** `key` is what the site's file calls it, where that is not the part's own. */
  readonly ports: readonly { readonly port: number; readonly program: string; readonly key?: string }[];
  /** Whether jobs of the machine's own users run from it: then they may read environments and releases, and root or a service account installs. */
  readonly unixUsers?: true;
  /** Whoever is not root installs, and needs these rules of sudo. */
  readonly sudo?: SudoManifest;
  /** A directory of the machine for databases; without it they lie in the site's root. */
  readonly state?: string;
  /** Jobs that go with the bundle: those whose names start so. */
  readonly jobs?: { readonly kind: "slurm" | "pbs"; readonly prefix: string };
  /** ISO 8601 instant from which the machine does not start its programs any more; null for never. */
  readonly expires: string | null;
}

/** A rendered bundle: deterministic, without absolute paths and secrets. */
export interface BundleFiles {
  /** Path in the bundle -> text. */
  readonly files: ReadonlyMap<string, string>;
  /** sha256 over all files, in hexadecimal. */
  readonly digest: string;
}

/** Seals files and a manifest into a bundle: bundle.json carries the digest over everything, itself with an empty digest. */
export function sealBundle(files: ReadonlyMap<string, string>, manifest: BundleManifest): BundleFiles {
  const unsealed = `${JSON.stringify({ format: 1, digest: "", ...manifest }, null, 2)}\n`;
  const all = new Map(
    [...files, ["bundle.json", unsealed]].sort(([a], [b]) => ((a ?? "") < (b ?? "") ? -1 : 1)) as [string, string][],
  );
  const total = createHash("sha256");
  for (const [path, text] of all) total.update(`${path}\0${digestOf(text)}\n`);
  const digest = total.digest("hex");
  all.set("bundle.json", unsealed.replace('"digest": ""', `"digest": "${digest}"`));
  return { files: all, digest };
}

/** Digests of texts that many bundles carry: the kit, the locks, the catalog. */
const digests = new Map<string, string>();

function digestOf(text: string): string {
  const known = digests.get(text);
  if (known !== undefined) return known;
  const digest = createHash("sha256").update(text).digest("hex");
  digests.set(text, digest);
  return digest;
}

const staticTexts = new Map<string, string>();

function staticText(path: string): string {
  const known = staticTexts.get(path) ?? readFileSync(path, "utf8");
  staticTexts.set(path, known);
  return known;
}

/** Files that the package brings for a site, by path in the bundle: `kit`, `config`, ..., or locks by name. */
export function staticFiles(...paths: readonly string[]): Map<string, string> {
  const base = join(packageRoot(), "charts", "hpc-site");
  const found = new Map<string, string>();
  for (const path of paths) {
    if (/\.\w+$/.test(path)) found.set(path, staticText(join(base, path)));
    else
      for (const name of readdirSync(join(base, path)).sort())
        if (/\.(py|cjs|json|ipynb|html)$/.test(name)) found.set(`${path}/${name}`, staticText(join(base, path, name)));
  }
  return found;
}

/** Text of a JSON file for people and programs. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
