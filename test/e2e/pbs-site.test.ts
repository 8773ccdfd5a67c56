import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { runProgram } from "../../bin/hub/program";
import { HubSession, withHubSession } from "../../bin/hub/session";
import { everyStep } from "../every-step";
import { isthmus, isthmusOk } from "./demo/federation";
import { sitePorts } from "./hpc-site/bundles";
import { until } from "./hpc-site/kit";
import { findPbs, jobs } from "./pbs/server";
import { systemPython } from "./slurm/python";
import { as } from "./slurm/site";
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

beforeAll(async () => {
  if (needs !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), "isthmus-pbs-"));
  chmodSync(folder, 0o755);
  ann = makeUser(join(folder, "home"), "ann");
  Object.assign(process.env, { PATH: `${bin}:${process.env.PATH}`, ISTHMUS_PYTHON: python });
  const { front, hubs } = await sitePorts(1);
  url = `http://${address}:${front}/elbe-${front}/prod/`;
  mkdirSync(join(folder, "config/sites"), { recursive: true });
  const top = { format: 1, federation: "far", title: "Far", contact: "https://example.org", sites: ["sites/*.yaml"] };
  writeFileSync(join(folder, "config/federation.yaml"), JSON.stringify(top));
  const small = { title: "Small", cores: 1, memory: "512Mi", walltime: "01:00:00" };
  const site = {
    ...{ site: "elbe", institution: "Elbe Computing Centre", provider: "hpc", login: "here" },
    scheduler: { kind: "pbs", prologue: ["export FROM_PROLOGUE=yes"], startMinutes: 2 },
    ...{ network: { hubAddress: address }, listen: { port: front }, storage: { root: join(folder, "there") } },
    lake: { buckets: { scratch: { purpose: "scratch" } } },
    hubs: {
      prod: {
        ...{ ports: hubs[0], allow: { users: [ann.name] }, defaultProfile: "small" },
        profiles: {
          small,
          wrong: { ...small, title: "Wrong", queue: "nowhere" },
          large: { ...small, title: "Large", cores: 900 },
        },
        dask: { walltime: "00:30:00", worker: { cores: 0.1, memory: "512Mi" } },
      },
    },
  };
  writeFileSync(join(folder, "config/sites/elbe.yaml"), JSON.stringify(site));
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
    const source = readFileSync(join(__dirname, "pbs", "notebook.py"), "utf8");
    const end = await runProgram(session, { source, file: "notebook.py" }, { deadline: 200_000 });
    expect(end.error?.traceback ?? "").toBe("");
    const computed = { sum: 499_500, uids: [ann.uid], prologue: ["yes"] };
    expect(end.result).toMatchObject({
      ...{ uid: ann.uid, home: ann.home, prologue: "yes", mean: 1, keys: [] },
      ...{ gateway: computed, jobqueue: computed },
    });
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
