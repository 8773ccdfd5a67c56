import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../config/package-root";
import { DemoSite } from "./failure-matrix/demo-site";
import {
  notebook,
  page,
  programs,
  type Row,
  revival,
  type Seen,
  scheduler,
  supervisor,
  type Way,
  withoutTimes,
  worker,
} from "./failure-matrix/matrix";
import { familyOf, groupOf, type Known, left, outputOf, workingIn } from "./failure-matrix/processes";
import { type Held, lost } from "./failure-matrix/user";
import { until } from "./hpc-site/kit";
import { answers, Watch } from "./hpc-site/watch";

// Each program of a site is killed while a user holds all that a site gives. What is seen makes docs/failures.md.
const healing = 240;
const seen: Seen[] = [];
let site: DemoSite;

beforeAll(async () => {
  site = await DemoSite.start();
});

afterAll(() => site?.end());

/** How a row goes. */
interface Deed {
  readonly row: Row;
  readonly before: Held;
  readonly kill: readonly number[];
  /** What may not outlive the killed; itself without more. */
  readonly gone?: readonly Known[];
  /** When the user has back what may come back. */
  readonly healed: () => Promise<boolean>;
}

/** Kills, waits until all is well again, and compares what the user holds with what was held before. */
async function happens({ row, before, kill, gone = kill.flatMap(familyOf), healed }: Deed): Promise<Seen> {
  const logs = site.logs();
  const watch = new Watch(site.urls);
  const began = performance.now();
  try {
    if (!kill.every((pid) => pid > 0)) throw new Error(`${row.killed} does not run`);
    for (const pid of kill) process.kill(pid, "SIGKILL");
    await until(`well again after ${row.killed}`, healed, healing);
  } finally {
    await watch.stop();
  }
  const seconds = (performance.now() - began) / 1000;
  const after = await site.user.look(before);
  const went = { row, lost: lost(before, after), seconds };
  const refused = [...watch.failed].filter((way) => !row.gap.includes(way));
  expect({ lost: went.lost, refused }, JSON.stringify({ before, after })).toEqual({ lost: row.loses, refused: [] });
  await until(`nothing is left of ${row.killed}`, () => left(gone).length === 0);
  expect(site.newLines(logs).filter((line) => /address already in use|EADDRINUSE/i.test(line))).toEqual([]);
  seen.push(went);
  return went;
}

/** Whether every way in is open. */
async function open(...closed: Way[]): Promise<boolean> {
  const urls = (Object.keys(site.urls) as Way[]).filter((way) => !closed.includes(way)).map((way) => site.urls[way]);
  return (await Promise.all(urls.map(answers))).every(Boolean);
}

test.each(programs)("the supervisor heals $killed", async (row) => {
  const before = await site.user.hold();
  const name = row.killed.replace("HUB", "prod");
  const pid = (await site.pidOf(name)) ?? 0;
  const healed = async () => (await site.pidOf(name)) !== pid && (await site.programsAreWell()) && (await open());
  await happens({ row, before, kill: [pid], gone: groupOf(pid), healed });
});

test("a Dask worker comes back, and its work is done again", async () => {
  const before = await site.user.hold();
  const [pid = 0] = before.cluster.workers;
  const go = join(site.kit.root, "run/go");
  await site.user.run(`work_on(${pid}, ${JSON.stringify(go)})`);
  const healed = async () => {
    writeFileSync(go, "");
    const pids = await site.user.run("told(outcome(lambda: pids_on(held['client'])))");
    return Array.isArray(pids) && pids.length === 2 && !pids.includes(pid);
  };
  await happens({ row: worker, before, kill: [pid], healed });
  expect(await site.user.run("worked()")).not.toBe(pid);
});

test("a Dask scheduler takes its cluster along, to the last worker", async () => {
  const before = await site.user.hold();
  const { name, scheduler: pid } = before.cluster;
  const gone = workingIn(site.clusterDirectory(name ?? "none"));
  expect(gone.length).toBeGreaterThanOrEqual(3);
  const healed = async () => !((await site.user.run("clusters()")) as string[]).includes(name ?? "");
  await happens({ row: scheduler, before, kill: [pid ?? 0], gone, healed });
});

test("a notebook server takes its kernels along, and the hub notices", async () => {
  const before = await site.user.hold();
  const healed = async () => !(await site.user.hasServer()) && (await open("notebook"));
  await happens({ row: notebook, before, kill: [before.notebook ?? 0], healed });
});

test("without a supervisor everything goes on; isthmus up brings a new one", async () => {
  const before = await site.user.hold();
  const pids = Object.values(await site.kit.pids());
  const pid = site.supervisor();
  const gone = groupOf(pid).filter((p) => p.pid === pid);
  const log = join(site.kit.root, "log");
  const outputs = pids.map((running) => (running === null ? "none" : outputOf(running)));
  expect(outputs.filter((path) => !path.startsWith(log))).toEqual([]);
  // The hub's proxy writes a line for each: into nothing, where a log goes with its supervisor.
  const asked = async () => (await site.healthStatuses()).every((status) => status < 500) && (await open());
  await happens({ row: supervisor, before, kill: [pid], gone, healed: asked });
  const healed = async () => {
    if (site.supervisor() === pid) await site.up();
    return (await site.programsAreWell()) && (await open());
  };
  const earlier = pids.flatMap((p) => (p === null ? [] : groupOf(p)));
  await happens({ row: revival, before, kill: [], gone: earlier, healed });
});

test("docs/failures.md says what was seen", async () => {
  const file = join(packageRoot(), "docs/failures.md");
  const fresh = page(seen.map((s) => (s.row === supervisor ? { ...s, seconds: null } : s)));
  const committed = existsSync(file) ? readFileSync(file, "utf8") : "";
  // Times are those of the run that wrote the page: they alone are no reason to write it again.
  await expect(withoutTimes(fresh) === withoutTimes(committed) ? committed : fresh).toMatchFileSnapshot(file);
});
