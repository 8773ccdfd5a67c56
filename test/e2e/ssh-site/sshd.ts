import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { basename, delimiter, join } from "node:path";
import { engineEnvironment } from "../../../bin/engine/environment";
import { cached } from "../../cache";
import { freePort } from "../../free-ports";
import { debianPackages, has, unpackDebian } from "../debian";
import { killed } from "../demo/federation";
import { until } from "../hpc-site/kit";

/** OpenSSH's server: a program and where its libraries are. */
export interface Server {
  readonly program: string;
  readonly libraries: string | undefined;
}

/** That of the machine, else Debian's, unpacked and not installed; or why there is none. */
export function sshServer(): Server | string {
  const own = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"]
    .map((directory) => join(directory, "sshd"))
    .find((path) => existsSync(path));
  if (own !== undefined) return { program: own, libraries: undefined };
  if (!has("apt-get") || !has("dpkg")) return "no sshd (OpenSSH's server) on this machine, and no apt-get to get it";
  if (isRoot && !has("useradd")) return "no sshd on this machine, and no useradd to make its account";
  try {
    const packages = debianPackages("sshd", ["openssh-server"]);
    const root = cached(`${basename(packages)}-unpacked`, (folder) => unpackDebian(packages, folder));
    return { program: join(root, "usr/sbin/sshd"), libraries: join(root, "usr/lib", `${machine()}-linux-gnu`) };
  } catch (error) {
    return (error as Error).message;
  }
}

const isRoot = process.getuid?.() === 0;

function machine(): string {
  return process.arch === "arm64" ? "aarch64" : "x86_64";
}

/** A real SSH server on loopback that lets one key in. */
export interface Sshd {
  readonly port: number;
  readonly keyFile: string;
  /** `TYPE KEY` of the host, and of nobody. */
  readonly hostKey: string;
  readonly otherKey: string;
  /** Cuts all connections, as a network does: what runs behind them is not asked to end. */
  readonly cut: () => void;
  /** Ends it, and the account that it needed. */
  readonly stop: () => Promise<void>;
}

function newKey(path: string): string {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path]);
  return readFileSync(`${path}.pub`, "utf8").trim();
}

/** What the machine's own login would set: where tools and packages come from. */
function environment(more: Readonly<Record<string, string>>): string {
  const own = Object.entries(engineEnvironment()).filter(([name]) => /^(PATH|ISTHMUS_|PIP_|UV_|XDG_CACHE_)/.test(name));
  return [...own, ...Object.entries(more)]
    .flatMap(([name, value]) => (value && !/["\\\s]/.test(value) ? [`"${name}=${value}"`] : []))
    .join(" ");
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("data", () => done(true)).once("error", () => done(false));
    socket.once("data", () => socket.destroy());
  });
}

/** The server's processes of connections that are open; not the shells and programs behind them. */
function connections(server: number): number[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const serving = new Set([server]);
  for (let size = 0; size < serving.size; ) {
    size = serving.size;
    for (const pid of all) {
      const [, name = "", parent] = /^\d+ \((.*)\) \S (\d+)/.exec(statOf(pid)) ?? [];
      if (serving.has(Number(parent)) && name.startsWith("sshd")) serving.add(Number(pid));
    }
  }
  serving.delete(server);
  return [...serving];
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return ""; // it has ended meanwhile
  }
}

/** @param more variables of every login beside those that it has here */
export async function startSshd(
  { program, libraries }: Server,
  folder: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Sshd> {
  mkdirSync(folder, { recursive: true });
  const release = isRoot ? takeAccount() : () => {};
  try {
    return await started({ program, libraries }, folder, more, release);
  } catch (error) {
    release();
    throw error;
  }
}

async function started(
  { program, libraries }: Server,
  folder: string,
  more: Readonly<Record<string, string>>,
  release: () => void,
): Promise<Sshd> {
  const port = await freePort();
  const [hostKey, otherKey, user] = ["host", "other", "user"].map((name) => newKey(join(folder, name)));
  // It is read as whoever signs in.
  writeFileSync(join(folder, "authorized_keys"), `${user}\n`, { mode: 0o644 });
  const lines = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(folder, "host")}`,
    `AuthorizedKeysFile ${join(folder, "authorized_keys")}`,
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "PidFile none",
    `SetEnv ${environment(more)}`,
  ];
  writeFileSync(join(folder, "sshd_config"), `${lines.join("\n")}\n`);
  const env = { ...process.env, ...(libraries ? { LD_LIBRARY_PATH: libraries } : {}) };
  const sshd = spawn(program, ["-D", "-e", "-f", join(folder, "sshd_config")], { stdio: "ignore", env });
  const gone = new Promise((done) => sshd.once("exit", done));
  const stop = async () => {
    if (sshd.exitCode === null && sshd.kill()) await gone;
    release();
  };
  await until("sshd", () => answers(port)).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const cut = () => {
    for (const pid of connections(sshd.pid ?? 0)) killed(pid);
  };
  return { port, keyFile: join(folder, "user"), hostKey: hostKey ?? "", otherKey: otherKey ?? "", cut, stop };
}

const account = { name: "sshd", comment: "made by a test", claims: "/run/isthmus-tests-sshd" };

/**
 * As root it wants an account without rights, and an empty folder. Tests beside each other share them: each claims them by a file
 * under a lock, and the last takes away what a test has made, which its comment tells. One that lives on though its test was killed
 * claims nothing any more, and needs its account all the same.
 *
 * @returns what gives the claim back
 */
function takeAccount(): () => void {
  const { name, comment, claims } = account;
  const claim = join(claims, `${process.pid}-${randomUUID()}`);
  mkdirSync(claims, { recursive: true, mode: 0o700 });
  const locked = (script: string) => execFileSync("flock", [`${claims}.lock`, "sh", "-ec", script]);
  const options = `--system --no-create-home --home-dir /run/sshd --shell /usr/sbin/nologin --comment '${comment}'`;
  locked(`mkdir -p /run/sshd; grep -q '^${name}:' /etc/passwd || useradd ${options} ${name}; touch ${claim}`);
  return () => {
    locked(`rm -f ${claim}
for left in ${claims}/*; do pid=\${left##*/}; [ -e "/proc/\${pid%%-*}" ] || rm -f "$left"; done
[ -n "$(ls ${claims})" ] || pgrep -f '[s]shd -D -e -f' || ! grep -q ':${comment}:' /etc/passwd || userdel ${name}`);
  };
}
