import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cached } from "../cache";

// Programs of Debian packages that tests run and nobody installs: they are got once for a machine and unpacked where wanted.

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function ran(command: string, args: readonly string[], cwd?: string): Ran {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", ...(cwd ? { cwd } : {}) });
  return { status, stdout: stdout ?? "", stderr: stderr ?? "" };
}

/** Whether the machine has a program. */
export function has(command: string): boolean {
  return ran(command, ["--help"]).status === 0;
}

/** Which Debian the packages are of: another one has others. */
function release(): string {
  const found = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return /^VERSION_CODENAME=(\w+)$/m.exec(found)?.[1] ?? "unknown";
}

/**
 * A folder with packages and what these need and the machine lacks.
 *
 * @param also packages that are taken along though the machine may have them
 * @throws Error where apt does not have them
 */
export function debianPackages(name: string, wanted: readonly string[], also: readonly string[] = []): string {
  return cached(`${name}-${release()}`, (folder) => {
    const lists = join(folder, "lists");
    const own = ["-o", `Dir::State::lists=${lists}`, "-o", "APT::Sandbox::User=root"];
    let names = missing(wanted, []);
    let options: string[] = [];
    if (names === undefined) {
      mkdirSync(join(lists, "partial"), { recursive: true });
      ran("apt-get", [...own, "-q", "update"]);
      names = missing(wanted, own);
      options = own;
    }
    if (names === undefined) throw new Error(`apt-get finds no ${wanted.join(", ")}`);
    const got = ran("apt-get", [...options, "-q", "download", ...new Set([...wanted, ...also, ...names])], folder);
    if (got.status !== 0) throw new Error(`apt-get cannot download ${name}: ${got.stderr.trim().split("\n").at(-1)}`);
  });
}

/** The packages that an installation would add; undefined where apt does not know them. */
function missing(wanted: readonly string[], options: readonly string[]): string[] | undefined {
  const told = ran("apt-get", [...options, "-s", "-q", "--no-install-recommends", "install", ...wanted]);
  if (told.status !== 0) return undefined;
  return [...told.stdout.matchAll(/^Inst (\S+)/gm)].flatMap((m) => m[1] ?? []);
}

/** Unpacks a folder's packages into another, as they would lie under `/`. */
export function unpackDebian(from: string, into: string): void {
  for (const name of readdirSync(from).filter((n) => n.endsWith(".deb"))) {
    const { status, stderr } = ran("dpkg", ["-x", join(from, name), into]);
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
  }
}
