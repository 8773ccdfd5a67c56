import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { everyStep } from "../every-step";
import { isthmus, isthmusOk, killed, program } from "./demo/federation";
import { sitePorts } from "./hpc-site/bundles";
import { Site, until } from "./hpc-site/kit";
import { configureSshSite, type Told } from "./ssh-site/site";
import { type Sshd, sshServer, startSshd } from "./ssh-site/sshd";

// What goes wrong on the way to another machine: each is told, nothing is half there, and the same command goes on.
const server = sshServer();
const needs = typeof server === "string" ? server : undefined;
beforeEach(({ skip }) => skip(needs !== undefined, needs));

const folder = mkdtempSync(join(tmpdir(), "isthmus-cut-"));
const root = join(folder, "there");
const config = join(folder, "config");
/** Where what is sent is unpacked there. */
const staging = join(folder, "staging");
/** While this file is there, the far machine's `tar` has read nothing yet. */
const gate = join(folder, "gate");
const reached = join(folder, "reached");
/** What a test has begun and may not have seen the end of. */
let child: ChildProcess | undefined;
let sshd: Sshd;
let ports: { front: number; hubs: number[] };

const configure = (title: string) => configureSshSite(config, { sshd, root, ports, title });
const site = () => (JSON.parse(isthmusOk(config, "status", "--json")) as { sites: { rhine: Told } }).sites.rhine;
const pids = () => site().programs.map(({ name, pid }) => `${name} ${pid}`);
const processes = () => new Site(root, "").processes();

beforeAll(async () => {
  if (typeof server === "string") return;
  for (const path of [join(folder, "bin"), staging]) mkdirSync(path);
  const tar = `#!/bin/sh
if [ -e ${gate} ]; then touch ${reached}; while [ -e ${gate} ]; do sleep 0.05; done; fi
PATH="\${PATH#*:}" exec tar "$@"
`;
  writeFileSync(join(folder, "bin/tar"), tar, { mode: 0o755 });
  const path = process.env.PATH;
  process.env.PATH = `${join(folder, "bin")}:${path}`; // of logins there; here it is as before
  sshd = await startSshd(server, join(folder, "sshd"), { TMPDIR: staging });
  process.env.PATH = path;
  ports = await sitePorts(1);
  configure("Hub");
});

afterAll(async () => {
  child?.kill("SIGKILL");
  rmSync(gate, { force: true });
  await everyStep(
    () => sshd && isthmus(config, "down", "--yes"),
    () => {
      for (const line of processes()) killed(Number.parseInt(line, 10));
    },
    () => spawnSync("umount", ["--lazy", staging]),
    () => sshd?.stop(),
    () => rmSync(folder, { recursive: true, force: true }),
  );
});

/** `isthmus up`, while something happens to it. */
function goingUp(): Promise<{ code: number | null; output: string }> {
  const began = spawn(process.execPath, [program, "up"], { cwd: config, env: { ...process.env, NO_COLOR: "1" } });
  child = began;
  let output = "";
  for (const stream of [began.stdout, began.stderr])
    stream.on("data", (text) => {
      output += text;
    });
  return new Promise((done) => began.on("close", (code) => done({ code, output })));
}

test("a connection that is cut while files are sent installs nothing, and leaves nothing", async () => {
  writeFileSync(gate, "");
  const up = goingUp();
  await until("the far machine is about to read", () => existsSync(reached), 300);
  sshd.cut();
  const { code, output } = await up;
  rmSync(gate);
  expect([code, output]).toEqual([
    3,
    expect.stringMatching(/rhine-base.*failed[\s\S]*the connection was cut \(.*run the same command again/),
  ]);
  await until("what was sent is gone", () => readdirSync(staging).length === 0);
  expect(existsSync(root)).toBe(false);
  expect([site().state, site().problem]).toEqual(["not installed", null]);
});

test("a connection that is cut in the middle of an install lets it go on to its end; up takes it as it is", async () => {
  const begun = join(root, "run/base.before");
  const up = goingUp();
  await until("the install switches to the new release", () => existsSync(begun), 800);
  sshd.cut();
  const { code, output } = await up;
  expect([code, output]).toEqual([
    3,
    expect.stringMatching(/the connection was cut \(.*an install that had begun there goes on to its end/),
  ]);
  await until("the install has ended there", () => !existsSync(begun) && readdirSync(staging).length === 0);
  expect(site().programs.map(({ name }) => name)).toContain("nginx");
  const before = pids();
  isthmusOk(config, "up");
  expect(site().state).toBe("up");
  expect(pids()).toEqual(expect.arrayContaining(before));
}, 1_800_000);

test("a full disk there takes nothing of what runs away, says which one it is, and up goes on when there is room", ({
  skip,
}) => {
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=100k", "tmpfs", staging], { encoding: "utf8" });
  skip(mounted.status !== 0, `no small file system can be mounted here: ${mounted.stderr}`);
  const before = pids();
  const release = () => readFileSync(join(root, "current/prod/bundle.json"), "utf8");
  const installed = release();
  configure("Another title");
  const { status, stdout, stderr } = isthmus(config, "up");
  expect([status, stdout + stderr]).toEqual([
    3,
    expect.stringMatching(
      /what was sent cannot be unpacked in \S+\/staging\/\S+ \(tar: .*No space left on device\), where \d+ kB are free/,
    ),
  ]);
  expect(readdirSync(staging)).toEqual([]);
  expect([release(), pids()]).toEqual([installed, before]);
  expect(site().state).toBe("up");
  spawnSync("umount", [staging]);
  isthmusOk(config, "up");
  expect(release()).not.toBe(installed);
  expect(site().state).toBe("up");
});
