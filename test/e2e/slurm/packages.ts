import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cached } from "../../cache";

/** What a controller, a node and their users need; apt adds what these need and the machine lacks. */
const wanted = ["slurmctld", "slurmd", "slurm-client", "munge"];

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function ran(command: string, args: readonly string[], cwd?: string): Ran {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", ...(cwd ? { cwd } : {}) });
  return { status, stdout: stdout ?? "", stderr: stderr ?? "" };
}

/** Why no Slurm can be started here; undefined where one can. */
export function whyNoSlurm(): string | undefined {
  if (process.getuid?.() !== 0) return "jobs of several users need root";
  if (ran("apt-get", ["--version"]).status !== 0) return "no apt-get, which gets Slurm and munge";
  if (ran("useradd", ["--help"]).status !== 0) return "no useradd, which makes the users";
  try {
    packages();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Which Debian the packages are of: another one has others. */
function release(): string {
  const found = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return /^VERSION_CODENAME=(\w+)$/m.exec(found)?.[1] ?? "unknown";
}

/** A folder with the packages, got once for a machine and never installed: they are unpacked where a test wants them. */
function packages(): string {
  return cached(`slurm-${release()}`, (folder) => {
    const lists = join(folder, "lists");
    const own = ["-o", `Dir::State::lists=${lists}`, "-o", "APT::Sandbox::User=root"];
    let names = missing([]);
    let options: string[] = [];
    if (names === undefined) {
      mkdirSync(join(lists, "partial"), { recursive: true });
      ran("apt-get", [...own, "-q", "update"]);
      names = missing(own);
      options = own;
    }
    if (names === undefined) throw new Error(`apt-get finds no ${wanted.join(", ")}`);
    const got = ran("apt-get", [...options, "-q", "download", ...names], folder);
    if (got.status !== 0) throw new Error(`apt-get cannot download Slurm: ${got.stderr.trim().split("\n").at(-1)}`);
  });
}

/** The packages that an installation would add; undefined where apt does not know them. */
function missing(options: readonly string[]): string[] | undefined {
  const told = ran("apt-get", [...options, "-s", "-q", "--no-install-recommends", "install", ...wanted]);
  if (told.status !== 0) return undefined;
  const needed = [...told.stdout.matchAll(/^Inst (\S+)/gm)].flatMap((m) => m[1] ?? []);
  return [...new Set([...wanted, "slurm-wlm-basic-plugins", "libmunge2", ...needed])];
}

/** Unpacks Slurm and munge into a folder, as they would lie under `/`. */
export function unpack(into: string): void {
  const from = packages();
  for (const name of readdirSync(from).filter((n) => n.endsWith(".deb"))) {
    const { status, stderr } = ran("dpkg", ["-x", join(from, name), into]);
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
  }
}
