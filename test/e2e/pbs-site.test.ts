import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { runProgram } from "../../bin/hub/program";
import { HubSession, withHubSession } from "../../bin/hub/session";
import { everyStep } from "../every-step";
import { isthmus, isthmusOk } from "./demo/federation";
import { sitePorts } from "./hpc-site/bundles";
import { until } from "./hpc-site/kit";
import { findPbs, jobs } from "./pbs/server";
import { systemPython } from "./slurm/python";
import { as, giveCache } from "./slurm/site";
import { lendSudo, whyNoSudo } from "./slurm/sudo";
import { makeUser, removeUser, type User } from "./slurm/users";

// A site on a real OpenPBS, where this machine has one: nothing gets it from a registry.
const found = findPbs();
const python = systemPython();
const needs =
  "missing" in found ? found.missing : python === undefined ? "no Python that every user may run" : undefined;
beforeEach(({ skip }) => skip(needs !== undefined, needs));

const bin = "bin" in found ? found.bin : "";
const before = { PATH: process.env.PATH, ISTHMUS_PYTHON: process.env.ISTHMUS_PYTHON };
const address = "127.0.0.2";
let folder: string;
let ann: User;
let url: string;
const signal = () => AbortSignal.timeout(240_000);
const jobsOfAnn = () => Object.values(jobs(bin)).filter(({ Job_Owner: owner }) => owner?.startsWith(`${ann.name}@`));

/** Where a site of the test is, and who brings it there. */
interface Placed {
  readonly front: number;
  readonly hub: number;
  readonly root: string;
  readonly login: unknown;
}

/** Writes a federation of one site below the test's folder. */
function configure(name: string, { front, hub, root, login }: Placed, scheduler: Record<string, unknown> = {}): void {
  mkdirSync(join(folder, name, "sites"), { recursive: true });
  const top = { format: 1, federation: "far", title: "Far", contact: "https://example.org", sites: ["sites/*.yaml"] };
  writeFileSync(join(folder, name, "federation.yaml"), JSON.stringify(top));
  const small = { title: "Small", cores: 1, memory: "512Mi", walltime: "01:00:00" };
  const site = {
    ...{ site: "elbe", institution: "Elbe Computing Centre", provider: "hpc", login },
    scheduler: { kind: "pbs", prologue: ["export FROM_PROLOGUE=yes"], startMinutes: 2, ...scheduler },
    ...{ network: { hubAddress: address }, listen: { port: front }, storage: { root } },
    lake: { buckets: { scratch: { purpose: "scratch" } } },
    hubs: {
      prod: {
        ...{ ports: hub, allow: { users: [ann.name] }, defaultProfile: "small" },
        profiles: {
          ...{ small, wrong: { ...small, title: "Wrong", queue: "nowhere" } },
          large: { ...small, title: "Large", cores: 900 },
        },
        dask: { walltime: "00:30:00", worker: { cores: 0.1, memory: "512Mi" } },
      },
    },
  };
  writeFileSync(join(folder, name, "sites/elbe.yaml"), JSON.stringify(site));
}

/** What a user computes in a notebook's job and by Dask's. */
async function computed(session: HubSession): Promise<unknown> {
  const source = readFileSync(join(__dirname, "pbs", "notebook.py"), "utf8");
  const end = await runProgram(session, { source, file: "notebook.py" }, { deadline: 200_000 });
  expect(end.error?.traceback ?? "").toBe("");
  return end.result;
}

function expected() {
  const workers = { sum: 499_500, uids: [ann.uid], prologue: ["yes"] };
  const own = { uid: ann.uid, home: ann.home, prologue: "yes", mean: 1, keys: [] };
  return { ...own, gateway: workers, jobqueue: workers };
}

beforeAll(async () => {
  if (needs !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), "isthmus-pbs-"));
  chmodSync(folder, 0o755);
  ann = makeUser(join(folder, "home"), "ann");
  Object.assign(process.env, { PATH: `${bin}:${process.env.PATH}`, ISTHMUS_PYTHON: python });
  const { front, hubs } = await sitePorts(1);
  url = `http://${address}:${front}/elbe-${front}/prod/`;
  configure("config", { front, hub: hubs[0] ?? 0, root: join(folder, "there"), login: "here" });
  isthmusOk(join(folder, "config"), "up");
});

afterAll(() =>
  everyStep(
    () => folder !== undefined && isthmus(join(folder, "config"), "down", "--yes"),
    () => void Object.assign(process.env, before),
    () => ann && removeUser(ann),
    () => folder !== undefined && rmSync(folder, { recursive: true, force: true }),
  ),
);

test("a notebook is a job of the user who signed in, and nothing of its keys is an attribute of the job", async () => {
  await withHubSession(url, as(ann), { signal: signal() }, async (session) => {
    await session.startServer();
    const [job] = jobsOfAnn();
    expect(job).toMatchObject({
      ...{ Job_Name: "far-elbe-prod-notebook", job_state: "R", Rerunable: "False", Join_Path: "oe" },
      ...{ "Resource_List.select": "1:ncpus=1:mem=512mb", "Resource_List.walltime": "01:00:00" },
    });
    const attributes = JSON.stringify(job);
    for (const word of ["JUPYTERHUB_API_TOKEN", "AWS_SECRET_ACCESS_KEY"]) expect(attributes).not.toContain(word);
    expect(await computed(session)).toMatchObject(expected());
  });
  await until("all jobs have ended", () => jobsOfAnn().length === 0);
});

test("what PBS says against a job, and why one waits, reaches its user", async () => {
  const refused = (profile: string) =>
    expect(withHubSession(url, as(ann), { signal: signal() }, (session) => session.startServer({ profile }))).rejects;
  await refused("wrong").toThrow("does not take your job: qsub: Unknown queue");
  await refused("large").toThrow(/no server within 2 min.*(?:Insufficient amount of resource|Not Running)/s);
  await until("its job is cancelled", () => jobsOfAnn().length === 0);
});

test("a hub that dies ends nobody's job, and down ends them all", async () => {
  const session = await HubSession.open(url, as(ann), signal());
  await session.startServer();
  const [job] = jobsOfAnn();
  const there = readFileSync(join(folder, "there/run/prod-hub.pgid"), "utf8");
  process.kill(Number(there.split(" ")[0]), "SIGKILL");
  const well = async () => (await fetch(`${url}hub/health`).catch(() => null))?.status === 200;
  await until("the hub is another", () => readFileSync(join(folder, "there/run/prod-hub.pgid"), "utf8") !== there);
  await until("the hub is back", well);
  expect((await session.client.request(`${session.server}api/status`)).status).toBe(200);
  expect(jobsOfAnn().map(({ Job_Name: name }) => name)).toEqual([job?.Job_Name]);
  expect(isthmusOk(join(folder, "config"), "down", "--yes")).toContain("ended 1 job of prod");
  expect(jobsOfAnn()).toEqual([]);
  expect(existsSync(join(folder, "there/secrets/prod.secrets.json"))).toBe(true);
});

test("an account without rights installs what was carried there, and submits jobs as its users by sudo", async ({
  skip,
}) => {
  const why = whyNoSudo();
  skip(why !== undefined, why);
  const sudo = lendSudo();
  const rules = "/etc/sudoers.d/isthmus-far-elbe";
  const account = makeUser(join(folder, "home"), "pangeo");
  const place = join(folder, "carried");
  mkdirSync(place, { mode: 0o755 });
  const env = {
    ...{ PATH: `${sudo.bin ?? "/usr/sbin"}:${process.env.PATH}`, HOME: account.home, ISTHMUS_PYTHON: python },
    ISTHMUS_CACHE: giveCache(account, place),
  };
  const asAccount = (command: string) =>
    spawnSync("runuser", ["-u", account.name, "--", "bash", "-c", command], { encoding: "utf8", env, cwd: "/" });
  try {
    const { front, hubs } = await sitePorts(1);
    const login = { kind: "bundle", user: account.name, python };
    const root = join(place, "there");
    configure("config2", { front, hub: hubs[0] ?? 0, root, login }, { commands: bin });
    const told = isthmusOk(join(folder, "config2"), "up");
    const [, file = "", command = ""] = /bring (\S+\.tar) there and run beside it\s+(echo .*)/.exec(told) ?? [];
    execFileSync("install", ["-o", account.name, resolve(folder, "config2", file), account.home]);
    const install = () => asAccount(`cd && ${command}`);
    const first = install();
    expect(first.stderr).toContain(`sudo has no rule for ${bin}/qsub as ${ann.name}, ${bin}/qstat`);
    const byRoot = /visudo -cf \S+ && install -o root -g root -m 0440 \S+ \S+\/isthmus-far-elbe/.exec(
      first.stderr,
    )?.[0];
    expect(spawnSync("sh", ["-c", byRoot ?? "false"], { encoding: "utf8", env }).stderr).toBe("");
    execFileSync("usermod", ["-aG", "shadow", account.name]);
    const second = install();
    expect(second.stderr.slice(-500) + second.status).toMatch(/0$/);
    const at = `http://${address}:${front}/elbe-${front}/prod/`;
    await withHubSession(at, as(ann), { signal: signal() }, async (session) => {
      await session.startServer();
      expect(await computed(session)).toMatchObject(expected());
    });
    await until("all jobs have ended", () => jobsOfAnn().length === 0);
    const ended = asAccount(`${python} ${root}/current/base/kit/site.py stop --root ${root}`);
    expect(ended.status, ended.stderr).toBe(0);
  } finally {
    rmSync(rules, { force: true });
    removeUser(account);
    await sudo.stop();
  }
});
