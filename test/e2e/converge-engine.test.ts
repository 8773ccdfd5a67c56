import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findEngine } from "../../bin/engine/find";
import { chosenSteps, cuttingPython } from "./converge/trial";
import { killAllOf, processesOf, program, type Run } from "./demo/federation";
import { sitePorts } from "./hpc-site/bundles";
import { until } from "./hpc-site/kit";

// `isthmus up` and `down` of one small site, with the engine or isthmus itself killed on the way.
const folder = mkdtempSync(join(tmpdir(), "isthmus-cut-"));
const root = join(folder, ".isthmus/cut/here");
let front: string;
let installSteps: number;
let uninstallSteps: number;

/** Kills the engine before or after one of its commands, when CUT_ENGINE says so. */
function cuttingEngine(engine: string): string {
  const path = join(folder, "engine");
  const cases = `"before $1") kill -9 $$ ;;\n  "after $1") '${engine}' "$@"; kill -9 $$ ;;`;
  writeFileSync(path, `#!/bin/sh\ncase "$CUT_ENGINE" in\n  ${cases}\nesac\nexec '${engine}' "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

const always: Record<string, string> = { NO_COLOR: "1" };

function isthmus(args: readonly string[], cut: Record<string, string> = {}): Run {
  const env = { ...process.env, ...always, ...cut };
  return spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: "utf8", env });
}

function well(args: readonly string[], cut: Record<string, string> = {}): string {
  const { status, stdout, stderr } = isthmus(args, cut);
  if (status !== 0) throw new Error(`isthmus ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

const up = ["up"];
const down = ["down", "--yes"];
const steps = () => readFileSync(join(folder, "steps"), "utf8").trim().split("\n").length;
const counting = (verb: string) => ({ CUT_OFF_STEPS: join(folder, "steps"), CUT_OFF_VERB: verb });

/** What must hold after every `up`: programs answer, status has nothing to say, and no lock, plan or second supervisor is left. */
async function isUp(): Promise<void> {
  expect((await fetch(`${front}/healthz`)).status).toBe(200);
  const { sites, stacks } = JSON.parse(well(["status", "--json"])) as {
    sites: Record<string, { state: string }>;
    stacks: { standing: string }[];
  };
  expect([sites.here?.state, ...stacks.map((s) => s.standing)]).toEqual(["up", "applied"]);
  const supervisors = processesOf(folder).filter((pid) => commandLine(pid).includes("supervisord"));
  expect(supervisors.length).toBe(1);
  expect(remains()).toEqual(["here-base.tfstate", "index/here-base.json", "log/here-base.log"]);
}

function isDown(): void {
  expect(processesOf(folder).map(commandLine)).toEqual([]);
  expect(readdirSync(root).sort()).toEqual(["buckets", "home", "log", "secrets", "state"]);
  expect(existsSync(join(folder, "state/cut/index/here-base.json"))).toBe(false);
}

/** Files beside the state, but its backup; an empty folder for plans is nothing. */
function remains(): string[] {
  const state = join(folder, "state/cut");
  const names = (readdirSync(state, { recursive: true }) as string[]).sort();
  return names.filter((name) => !["index", "log", "plans", "here-base.tfstate.backup"].includes(name));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

beforeAll(async () => {
  const ports = await sitePorts(0);
  front = `http://127.0.0.1:${ports.front}`;
  mkdirSync(join(folder, "sites"));
  const top = "format: 1\nfederation: cut\ntitle: Cut off\ncontact: https://example.org\nsites: [sites/*.yaml]\n";
  writeFileSync(join(folder, "federation.yaml"), top);
  const site = "site: here\ninstitution: Here\nprovider: hpc\nlogin: here\nscheduler: { kind: local }";
  const lake = "lake: { buckets: { library: { purpose: library } } }";
  writeFileSync(join(folder, "sites/here.yaml"), `${site}\nlisten: { port: ${ports.front} }\n${lake}\n`);
  always.ISTHMUS_ENGINE = cuttingEngine((await findEngine()).command);
  always.ISTHMUS_PYTHON = cuttingPython(folder);
  well(up);
  await isUp();
  well(down);
  well(up, counting("install"));
  installSteps = steps();
  well(down, counting("uninstall"));
  uninstallSteps = steps();
  isDown();
  expect(Math.min(installSteps, uninstallSteps)).toBeGreaterThan(10);
});

afterAll(() => {
  isthmus(down);
  killAllOf(folder);
  rmSync(folder, { recursive: true, force: true });
});

const phase = (when: string) => ({ CUT_ENGINE: when });
const inKit = (who: string, verb: string, step: number) => ({
  CUT_OFF_WHO: who,
  CUT_OFF_VERB: verb,
  CUT_OFF_AT: String(step),
});

test.each(["before init", "after init", "after plan", "before apply", "after apply"])(
  "up, with the engine killed %s",
  async (when) => {
    if (when.endsWith("init")) rmSync(join(folder, "cdktf.out"), { recursive: true }); // else nothing is to be made ready
    const { status, stdout } = isthmus(up, phase(when));
    expect(status).toBe(3);
    expect(stdout).toContain(`the engine was ended by SIGKILL in its ${when.split(" ")[1]}`);
    expect(stdout).toContain("run `isthmus up` again to go on");
    well(up);
    await isUp();
    well(down);
    isDown();
  },
);

test("up, with the engine killed while the installer works", async () => {
  for (const step of chosenSteps(installSteps, 3)) {
    const { status, stdout } = isthmus(up, inKit("engine", "install", step));
    expect(status, stdout).toBe(3);
    expect(stdout).toContain("the engine was ended by SIGKILL in its apply");
    well(up);
    await isUp();
    well(down);
    isDown();
  }
});

test("up, with isthmus killed while the installer works: the next one says so and ends what is left of it", async () => {
  for (const step of chosenSteps(installSteps, 2)) {
    expect(isthmus(up, inKit("isthmus", "install", step)).status).toBe(null);
    const again = well(up);
    expect(again).toMatch(/`isthmus up` \(process \d+, since \S+\) was cut off: going on from what it reached/);
    await isUp();
    well(down);
    isDown();
  }
});

test("down right after an up whose engine, or who itself, was killed leaves nothing that runs", () => {
  for (const who of ["engine", "isthmus"])
    for (const step of chosenSteps(installSteps, 2)) {
      isthmus(up, inKit(who, "install", step));
      well(down);
      expect(processesOf(folder).map(commandLine), `${who}, step ${step}`).toEqual([]);
      expect(existsSync(join(root, "current"))).toBe(false);
    }
});

test.each(["before plan", "before apply", "after apply"])("down, with the engine killed %s", (when) => {
  well(up);
  expect(isthmus(down, phase(when)).status).toBe(3);
  well(down);
  isDown();
});

test("down, with the engine or isthmus killed while the installer works", () => {
  for (const who of ["engine", "isthmus"])
    for (const step of chosenSteps(uninstallSteps, 2)) {
      well(up);
      expect(isthmus(down, inKit(who, "uninstall", step)).status).not.toBe(0);
      well(down);
      isDown();
    }
});

test("up after a down that was cut off installs again what had gone", async () => {
  for (const step of chosenSteps(uninstallSteps, 3)) {
    well(up);
    isthmus(down, inKit("engine", "uninstall", step));
    well(up);
    await isUp();
  }
});

test("up brings back a site whose programs and files somebody removed", async () => {
  well(up);
  killAllOf(folder);
  await until("nothing runs", () => processesOf(folder).length === 0);
  for (const name of ["current", "releases", "run", "supervisor"])
    rmSync(join(root, name), { recursive: true, force: true });
  expect(well(up)).toContain("base is recorded as applied and not there: installing it");
  await isUp();
});
