import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { firstOfHundred } from "../../free-ports";

export const repository = join(__dirname, "../../..");
export const program = join(repository, "dist/bin/isthmus.js");

/** The demo in a folder of its own, on ports of its own, with a cdktf.json as `isthmus`'s users have one. */
export async function demoElsewhere(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "isthmus-demo-"));
  const from = join(repository, "config/federations/demo");
  for (const part of ["federation.yaml", "sites", "catalog", "publish.py", "compute.py"])
    cpSync(join(from, part), join(folder, part), { recursive: true });
  const first = await firstOfHundred();
  for (const name of readdirSync(join(folder, "sites"))) {
    const path = join(folder, "sites", name);
    writeFileSync(
      path,
      readFileSync(path, "utf8").replaceAll(/\b86(\d\d)\b/g, (_, n: string) => String(first + Number(n))),
    );
  }
  const app = {
    language: "typescript",
    app: `${process.execPath} ${program} synth federation.yaml`,
    projectId: "demo",
    sendCrashReports: "false",
  };
  writeFileSync(join(folder, "cdktf.json"), JSON.stringify(app));
  return folder;
}

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `isthmus` in a folder, as a user does. */
export function isthmus(folder: string, ...args: string[]): Run {
  return spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
}

/** The same, which must succeed; returns what it printed. */
export function isthmusOk(folder: string, ...args: string[]): string {
  return printed(isthmus(folder, ...args), args);
}

/** The same, while programs of the test itself answer. */
export async function isthmusMeanwhile(folder: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, NO_COLOR: "1" };
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close") as Promise<[number | null]>;
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return printed({ status, stdout, stderr }, args);
}

function printed(run: Run, args: readonly string[]): string {
  if (run.status !== 0)
    throw new Error(`isthmus ${args.join(" ")} ended with ${run.status}:\n${run.stdout}${run.stderr}`);
  return run.stdout;
}

/** Ids of this machine's processes that belong to sites below a folder. */
export function processesOf(folder: string): number[] {
  return processesAbout(`${folder}/.isthmus`);
}

/** Ids of this machine's other processes that a path belongs to: by environment, arguments or (nginx writes over both) working directory. */
export function processesAbout(path: string): number[] {
  const about = (pid: string) =>
    [...["environ", "cmdline"].map((f) => readProc(`/proc/${pid}/${f}`)), directoryOf(pid)].join("\0");
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => about(pid).includes(path))
    .map(Number);
}

/** Kills every process of sites below a folder. */
export function killAllOf(folder: string): void {
  for (const pid of processesOf(folder)) killed(pid);
}

/** Kills a process that may have gone with its parent. */
export function killed(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function directoryOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return ""; // as below
  }
}

function readProc(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // the process has ended, or is another user's
  }
}

/** Every generated secret of a folder's sites; names of accounts are none. */
export function secretsOf(folder: string): string[] {
  const sites = join(folder, ".isthmus/demo");
  return readdirSync(sites).flatMap((site) => {
    const secrets = join(sites, site, "secrets");
    const files = readdirSync(secrets).filter((name) => name.endsWith(".json"));
    const values = files.flatMap((name) => leaves(JSON.parse(readFileSync(join(secrets, name), "utf8"))));
    return values.filter((value) => value.length >= 16);
  });
}

function leaves(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [];
}
