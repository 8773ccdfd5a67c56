import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { everyStep } from "../../every-step";
import { debianPackages, has, unpackDebian } from "../debian";

/** A real sudo of this machine, which has an /etc/sudoers.d, and its visudo. */
export interface Sudo {
  /** A directory with `sudo` and `visudo`, for PATH; undefined where they are there already. */
  readonly bin: string | undefined;
  readonly stop: () => Promise<void>;
}

/** Why there can be none; undefined where there can. */
export function whyNoSudo(): string | undefined {
  if (process.getuid?.() !== 0) return "rules of sudo need root";
  return has("sudo") ? undefined : whyNoPackage();
}

/** Why there is no visudo either, which needs no root. */
export function whyNoVisudo(): string | undefined {
  return ownVisudo() === undefined ? whyNoPackage() : undefined;
}

function whyNoPackage(): string | undefined {
  if (!has("apt-get") || !has("dpkg")) return "no sudo on this machine, and no apt-get to get it";
  try {
    packages();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function packages(): string {
  return debianPackages("sudo", ["sudo"]);
}

function ownVisudo(): string | undefined {
  return ["/usr/sbin/visudo", "/sbin/visudo"].find((path) => existsSync(path));
}

/** The visudo of the machine, else Debian's, unpacked below a folder; with the environment that it runs in. */
export function visudo(folder: string): { readonly program: string; readonly env: NodeJS.ProcessEnv } {
  const own = ownVisudo();
  if (own !== undefined) return { program: own, env: process.env };
  unpackDebian(packages(), folder);
  const env = { ...process.env, LD_LIBRARY_PATH: join(folder, "usr/libexec/sudo") };
  return { program: join(folder, "usr/sbin/visudo"), env };
}

const mark = "# made by a test of Isthmus\n";
const libraries = "/usr/libexec/sudo";
const rules = "/etc/sudoers";
const rulesOf = "/etc/sudoers.d";
const pam = "/etc/pam.d/sudo";

/**
 * That of the machine; else Debian's, unpacked into a folder of its own, with what it looks for at fixed places of the machine until `stop`. A
 * set-uid program takes its libraries from nowhere else.
 */
export function lendSudo(): Sudo {
  if (has("sudo")) return { bin: undefined, stop: () => Promise.resolve() };
  const folder = mkdtempSync(join(tmpdir(), "isthmus-sudo-"));
  unpackDebian(packages(), folder);
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(join(folder, "usr/bin/sudo"), join(bin, "sudo"));
  symlinkSync(join(folder, "usr/sbin/visudo"), join(bin, "visudo"));
  chmodSync(folder, 0o755);
  takeBack(); // of a run that was killed
  symlinkSync(join(folder, libraries), libraries);
  mkdirSync(rulesOf, { recursive: true, mode: 0o755 });
  writeFileSync(rules, `${mark}Defaults env_reset\nroot ALL = (ALL) ALL\n@includedir /etc/sudoers.d\n`, {
    mode: 0o440,
  });
  const includes = ["common-auth", "common-account", "common-session-noninteractive"];
  writeFileSync(pam, `${mark}${includes.map((name) => `@include ${name}\n`).join("")}`, { mode: 0o644 });
  return { bin, stop: () => everyStep(takeBack, () => rmSync(folder, { recursive: true })) };
}

/** Removes what a test has put there, and nothing of the machine's own. */
function takeBack(): void {
  if (lstatSync(libraries, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(libraries);
  for (const path of [rules, pam]) if (existsSync(path) && readFileSync(path, "utf8").startsWith(mark)) rmSync(path);
  if (!existsSync(rules) && existsSync(rulesOf) && readdirSync(rulesOf).length === 0) rmdirSync(rulesOf);
}
