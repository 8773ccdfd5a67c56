import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { engineEnvironment } from "../../../bin/engine/environment";
import { freePort } from "../../free-ports";
import { until } from "../hpc-site/kit";

/** OpenSSH's server, where the machine has one. */
export const server = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"]
  .map((directory) => join(directory, "sshd"))
  .find((path) => existsSync(path));

/** A real SSH server on loopback that lets one key in. */
export interface Sshd {
  readonly port: number;
  readonly keyFile: string;
  /** `TYPE KEY` of the host, and of nobody. */
  readonly hostKey: string;
  readonly otherKey: string;
  readonly process: ChildProcess;
}

function newKey(path: string): string {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path]);
  return readFileSync(`${path}.pub`, "utf8").trim();
}

/** What the machine's own login would set: where tools and packages come from. */
function environment(): string {
  const all = Object.entries(engineEnvironment()).filter(([name]) => /^(PATH|ISTHMUS_|PIP_|UV_|XDG_CACHE_)/.test(name));
  return all.flatMap(([name, value]) => (value && !/["\\\s]/.test(value) ? [`"${name}=${value}"`] : [])).join(" ");
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("data", () => done(true)).once("error", () => done(false));
    socket.once("data", () => socket.destroy());
  });
}

export async function startSshd(program: string, folder: string): Promise<Sshd> {
  mkdirSync(folder, { recursive: true });
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const port = await freePort();
  const [hostKey, otherKey, user] = ["host", "other", "user"].map((name) => newKey(join(folder, name)));
  writeFileSync(join(folder, "authorized_keys"), `${user}\n`, { mode: 0o600 });
  const lines = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(folder, "host")}`,
    `AuthorizedKeysFile ${join(folder, "authorized_keys")}`,
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "PidFile none",
    `SetEnv ${environment()}`,
  ];
  writeFileSync(join(folder, "sshd_config"), `${lines.join("\n")}\n`);
  const sshd = spawn(program, ["-D", "-e", "-f", join(folder, "sshd_config")], { stdio: "ignore" });
  await until("sshd", () => answers(port));
  return { port, keyFile: join(folder, "user"), hostKey: hostKey ?? "", otherKey: otherKey ?? "", process: sshd };
}
