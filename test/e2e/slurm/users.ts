import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { killed } from "../demo/federation";

/** An ordinary user of this machine, made for a test. */
export interface User {
  readonly name: string;
  readonly password: string;
  readonly uid: number;
  readonly home: string;
}

const prefix = "isthmus-test-";

function must(command: string, args: readonly string[], input = ""): void {
  const { status, stderr } = spawnSync(command, args, { input, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
}

/** Lines of the machine's table of users. */
function accounts(): string[][] {
  return readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
}

/** Makes a user with a home below a folder; one that a killed run left is removed first. */
export function makeUser(folder: string, short: string): User {
  removeLeft();
  const name = `${prefix}${process.pid}-${short}`;
  const home = join(folder, short);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  must("useradd", ["--no-log-init", "--create-home", "--home-dir", home, "--shell", "/bin/bash", name]);
  const password = `open ${short} sesame`;
  must("chpasswd", [], `${name}:${password}\n`);
  const uid = Number(accounts().find(([found]) => found === name)?.[2]);
  return { name, password, uid, home };
}

const noSuchUser = 6;

/** Removes a user and what still runs as that user; what the home holds goes with the test's folder. */
export function removeUser({ name, uid }: Pick<User, "name" | "uid">): void {
  // What is killed may have begun something meanwhile; what is dead is seen until its parent has asked for it.
  for (let left = runningAs(uid), i = 0; left.length > 0 && i < 50; left = runningAs(uid), i++) {
    left.forEach(killed);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  const { status, stderr } = spawnSync("userdel", [name], { encoding: "utf8" });
  if (status !== 0 && status !== noSuchUser) throw new Error(`userdel ${name}: ${stderr}`);
}

/** Ids of a user's processes; never those of the system. */
function runningAs(uid: number): number[] {
  if (uid < 1000) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && statSync(`/proc/${name}`, { throwIfNoEntry: false })?.uid === uid)
    .map(Number);
}

function removeLeft(): void {
  for (const [name = "", , uid] of accounts()) {
    const pid = name.startsWith(prefix) ? name.slice(prefix.length).split("-")[0] : undefined;
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeUser({ name, uid: Number(uid) });
  }
}
