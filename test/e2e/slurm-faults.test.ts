import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { runProgram } from "../../bin/hub/program";
import { HubSession, withHubSession } from "../../bin/hub/session";
import { until } from "./hpc-site/kit";
import { Browser } from "./side-by-side/browser";
import { frozenAccount } from "./slurm/bed";
import { as, needs, SlurmSite } from "./slurm/site";
import type { User } from "./slurm/users";

// What goes wrong on a cluster, and what its users and admins are told then. Nothing is left half done.
beforeEach(({ skip }) => skip(needs !== undefined, needs));

let rhine: SlurmSite;
let ann: User;
let bo: User;
const signal = () => AbortSignal.timeout(240_000);
const noJobs = () => until("no job is left", () => rhine.slurm.jobs().length === 0);

/** The prologue of every job fails where its user says so, as one does that loads a module which is gone. */
const brokenMark = "broken";
const prologue = [`if [ -e ~/${brokenMark} ]; then echo "Unable to locate a modulefile for 'netcdf'"; exit 1; fi`];

/** How long a start may take, jobs that wait included. */
function bringUp(startMinutes: number): void {
  rhine.configure({
    scheduler: { prologue, startMinutes },
    hub: {
      allow: { users: [ann.name, bo.name] },
      profiles: {
        small: { title: "Small", cores: 1, memory: "1Gi", partition: "interactive" },
        large: { title: "Large", cores: 2, memory: "2Gi", partition: "interactive", account: frozenAccount },
      },
      dask: { partition: "batch", account: frozenAccount, worker: { cores: 1, memory: "1Gi" } },
    },
  });
  rhine.well("up");
}

beforeAll(async () => {
  if (needs !== undefined) return;
  rhine = await SlurmSite.prepare(["ann", "bo"]);
  [ann, bo] = rhine.users as [User, User];
  bringUp(3);
});

// What a test that fails leaves is not what the next one meets.
afterEach(async () => {
  if (needs !== undefined) return;
  await rhine.slurm.mend();
  await rhine.slurm.endJobs();
});

afterAll(() => rhine?.stop());

/** Has the hub look at a server, as it does when somebody wants one; what it answers. */
async function asked(session: HubSession): Promise<string> {
  const path = `hub/api/users/${session.user}/server`;
  const { body } = await session.client.api(path, { method: "POST", json: {}, allowed: [400] });
  return (body as { message?: string } | undefined)?.message ?? "";
}

const answers = async (session: HubSession) =>
  (await session.client.request(`${session.server}api/status`)).status === 200;

/** Starts a user's server, with what the user sees meanwhile. */
function starting(user: User, profile?: string): { seen: string[]; started: Promise<HubSession> } {
  const seen: string[] = [];
  const start = async () => {
    const session = await HubSession.open(rhine.url, as(user), signal());
    await session.startServer({ onProgress: (line) => seen.push(line), ...(profile ? { profile } : {}) });
    return session;
  };
  const started = start();
  started.catch(() => {}); // a test that fails meanwhile does not wait for it
  return { seen, started };
}

async function refusal(user: User, profile?: string): Promise<string> {
  const { started } = starting(user, profile);
  return started.then(
    () => "started",
    (error: Error) => error.message,
  );
}

test.each(["slurmctld", "munged"] as const)("while %s is away servers and jobs go on", async (daemon) => {
  const session = await HubSession.open(rhine.url, as(ann), signal());
  await session.startServer();
  for (const job of rhine.jobsOf(ann)) await rhine.slurm.saved(job); // a controller forgets what it has not written down
  const jobs = rhine.jobsOf(ann);
  expect(jobs.length).toBe(1);
  await rhine.slurm.killDaemon(daemon);
  expect(await asked(session)).toContain("is already running");
  expect(await answers(session)).toBe(true);
  if (daemon === "slurmctld") await nothingBegins();
  rhine.slurm.startDaemon(daemon);
  await until("Slurm answers", () => rhine.slurm.nodeStates().includes("mixed"));
  expect(rhine.jobsOf(ann)).toEqual(jobs);
  expect(await asked(session)).toContain("is already running");
  await session.close();
  await noJobs();
});

test("a server that is stopped while Slurm is away goes with its job; a hub that dies meanwhile has it still", async () => {
  const session = await HubSession.open(rhine.url, as(ann), signal());
  await session.startServer();
  const jobs = rhine.jobsOf(ann);
  const server = `hub/api/users/${session.user}/server`;
  await rhine.slurm.killDaemon("slurmctld");
  expect((await session.client.api(server, { method: "DELETE" })).status).toBe(202);
  const hub = rhine.pid("prod-hub");
  process.kill(hub, "SIGKILL");
  await until("the hub is back", () => rhine.told().programs.every((p) => p.health !== "down" && p.pid !== hub));
  expect(await asked(session)).toMatch(/is already running|is pending check/);
  expect((await session.client.api(server, { method: "DELETE" })).status).toBe(202);
  rhine.slurm.startDaemon("slurmctld");
  await until("Slurm answers", () => rhine.slurm.nodeStates().some((state) => ["mixed", "idle"].includes(state)));
  expect(jobs.length).toBe(1);
  await noJobs();
  await session.close();
});

/** Who wants a job while Slurm does not answer is told so, and so is an admin; no program is ended before jobs can be. */
async function nothingBegins(): Promise<void> {
  expect(await refusal(bo)).toMatch(/does not take your job: sbatch: error: .*Unable to contact slurm controller/);
  const down = rhine.isthmus("down", "--yes");
  expect([down.status, down.stdout + down.stderr]).toEqual([
    3,
    expect.stringMatching(/squeue failed: .*Unable to contact/),
  ]);
  expect(rhine.told().state).toBe("up");
}

test("on a drained node jobs run on; who waits for it sees why, and gets a server when it is back", async () => {
  const session = await HubSession.open(rhine.url, as(ann), signal());
  await session.startServer();
  rhine.slurm.setNode("drain");
  const { seen, started } = starting(bo);
  const waits = /waits in Slurm's queue: .*[Dd]own, drained/i;
  await until("the reason is seen", () => seen.some((line) => waits.test(line)), 120);
  expect(await answers(session)).toBe(true);
  expect(await asked(session)).toContain("is already running");
  await session.close();
  rhine.slurm.setNode("resume");
  const late = await started;
  expect(await answers(late)).toBe(true);
  await late.close();
  await noJobs();
});

test("a hub that dies while a job waits leaves it to nobody: once it starts it ends, and says why", async () => {
  rhine.slurm.setNode("drain");
  const { started } = starting(bo);
  const over = started.catch(() => {});
  await until("the job waits", () => rhine.jobsOf(bo).length === 1);
  const hub = rhine.pid("prod-hub");
  process.kill(hub, "SIGKILL");
  await over;
  await until("the hub is back", () => rhine.told().programs.every((p) => p.health !== "down" && p.pid !== hub));
  rhine.slurm.setNode("resume");
  await noJobs();
  const log = readFileSync(join(bo.home, ".jupyter-far-rhine-prod-notebook.log"), "utf8");
  expect(log).toContain("the hub does not wait for this server any more: 403");
  await withHubSession(rhine.url, as(bo), { signal: signal() }, (again) => again.startServer());
});

test("a node that dies takes its job along, which does not begin again by itself; the user is told", async () => {
  const session = await HubSession.open(rhine.url, as(ann), signal());
  await session.startServer();
  const [job] = rhine.jobsOf(ann);
  rhine.slurm.setNode("down");
  const gone = async () => {
    const { body } = await session.client.api(`hub/api/users/${session.user}`);
    return Object.keys((body as { servers: object }).servers).length === 0;
  };
  await until("the hub has noticed", gone, 120);
  expect(rhine.slurm.jobs()).toEqual([]);
  const told = `Your server's job ${job?.id} has ended: NODE_FAIL`;
  const browser = new Browser();
  await browser.signIn(rhine.url, ann.name, ann.password);
  const form = await browser.open(new URL("hub/spawn", rhine.url));
  expect(form.text.replaceAll("&#x27;", "'")).toContain(told);
  rhine.slurm.setNode("drain"); // a node that is down comes back by itself
  const { seen, started } = starting(ann); // its job waits, so that there is something to see meanwhile
  await until("what happened is told", () => seen.includes(told), 120);
  rhine.slurm.setNode("resume");
  const again = await started;
  await again.close();
  await noJobs();
});

test("a job that ends before its server answers is told with its own last words, at once", async () => {
  writeFileSync(join(bo.home, brokenMark), "");
  const why = await refusal(bo).finally(() => rmSync(join(bo.home, brokenMark)));
  expect(why).toMatch(
    /has ended before its server answered \(FAILED\)\. It said: Unable to locate a modulefile for 'netcdf'/,
  );
  expect(why).toContain(`All of it is in ${bo.home}/.jupyter-far-rhine-prod-notebook.log`);
  expect(rhine.slurm.jobs()).toEqual([]);
});

test("an account that Slurm refuses is told in the centre's own words, for a notebook and for a Dask cluster", async () => {
  const words =
    /the allocation frozen has no hours left\s+sbatch: error: .*Invalid account or account\/partition combination/;
  expect(await refusal(ann, "large")).toMatch(words);
  expect(rhine.slurm.jobs()).toEqual([]);
  const source = readFileSync(join(__dirname, "slurm", "refused_cluster.py"), "utf8");
  await withHubSession(rhine.url, as(ann), { signal: signal() }, async (session) => {
    await session.startServer();
    const end = await runProgram(session, { source, file: "refused_cluster.py" }, { deadline: 60_000 });
    expect(end.error?.traceback ?? "").toBe("");
    expect(end.result).toEqual({ refused: expect.stringMatching(words) as string, clusters: [], staging: [] });
  });
  await noJobs();
});

test("without room in a home no job is submitted, and Dask leaves no keys; users are told", async ({ skip }) => {
  const size = ["-o", `size=40m,mode=0700,uid=${bo.uid}`];
  const mounted = spawnSync("mount", ["-t", "tmpfs", ...size, "tmpfs", bo.home], { encoding: "utf8" });
  skip(mounted.status !== 0, `no small file system can be mounted here: ${mounted.stderr}`);
  try {
    const filler = join(bo.home, "filler");
    writeFileSync(filler, Buffer.alloc(30_000_000));
    expect(await refusal(bo)).toMatch(
      /no server can work in your home directory: its disk is full \(16 MiB are needed in/,
    );
    expect(rhine.slurm.jobs()).toEqual([]);
    rmSync(filler);
    const source = readFileSync(join(__dirname, "slurm", "full_home.py"), "utf8");
    await withHubSession(rhine.url, as(bo), { signal: signal() }, async (session) => {
      await session.startServer();
      const end = await runProgram(session, { source, file: "full_home.py" }, { deadline: 60_000 });
      expect(end.error?.traceback ?? "").toBe("");
      expect(end.result).toEqual({
        refused: expect.stringMatching(/no cluster: its keys cannot be written: .*No space left on device/) as string,
        staging: [],
      });
    });
    await noJobs();
  } finally {
    spawnSync("umount", ["--lazy", bo.home]);
  }
});

test("a job that waits too long is cancelled, and its user is told what it waited for", async () => {
  bringUp(1);
  rhine.slurm.setNode("drain");
  expect(await refusal(bo)).toMatch(
    /no server within 1 min, and its job is cancelled\. Your job \d+ waits in Slurm's queue: .*drained/i,
  );
  expect(rhine.slurm.jobs()).toEqual([]);
});
