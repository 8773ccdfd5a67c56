import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { runProgram } from "../../bin/hub/program";
import { HubSession, withHubSession } from "../../bin/hub/session";
import { Browser } from "../browser";
import { everyStep } from "../every-step";
import { OidcIssuer } from "../oidc-issuer";
import { until } from "./hpc-site/kit";
import { whyNoAccounts } from "./slurm/packages";
import { as, needs as needsOfSites, SlurmSite } from "./slurm/site";
import type { User } from "./slurm/users";

// A site whose notebooks and workers are jobs, on a cluster of one machine: this one, reached through a real sshd where it has one.
const needs = needsOfSites ?? whyNoAccounts();
beforeEach(({ skip }) => skip(needs !== undefined, needs));

let rhine: SlurmSite;
let issuer: OidcIssuer;
let ann: User | undefined;
let bo: User | undefined;
const signal = () => AbortSignal.timeout(240_000);

beforeAll(async () => {
  if (needs !== undefined) return;
  rhine = await SlurmSite.prepare(["ann", "bo"]);
  [ann, bo] = rhine.users;
  await rhine.slurm.keepAccounts();
  for (const account of ["snow", "ice", "sun"])
    rhine.slurm.manageAccounts("add", "account", account, "cluster=isthmus");
  rhine.slurm.manageAccounts("add", "user", `${ann?.name}`, "account=snow,ice", "defaultaccount=snow");
  // Of one partition too: accounts are told once.
  rhine.slurm.manageAccounts("add", "user", `${ann?.name}`, "account=snow", "partition=batch");
  const own = join(rhine.folder, `of-${ann?.name}`);
  mkdirSync(own);
  chownSync(own, ann?.uid ?? 0, ann?.uid ?? 0);
  issuer = await OidcIssuer.start();
  writeFileSync(secretFile(), "the-client's-secret\n", { mode: 0o644 });
  rhine.configure({
    federation: { identity: identityOf(issuer) },
    hubs: { campus: campus() },
    scheduler: { account: { choose: true }, prologue: ["export FROM_PROLOGUE=yes"] },
    site: {
      lake: {
        buckets: {
          scratch: { purpose: "scratch", path: join(rhine.folder, "scratch"), expire: "own-files" },
          library: { purpose: "library", public: true },
        },
      },
    },
    hub: {
      allow: { users: [ann?.name, "daemon"] },
      profiles: {
        small: { title: "Small", cores: 1, memory: "1Gi", partition: "interactive", walltime: "01:00:00" },
        large: {
          ...{ title: "Large", cores: 2, memory: "2Gi", walltime: "02:00:00", account: "ice" },
          ...{ constraint: "skylake", reservation: "course", directives: ["--comment=a.course"] },
        },
        gpu: { title: "A GPU", cores: 1, memory: "1Gi", gpu: { type: "a100", count: 1 } },
        wrong: { title: "Wrong", cores: 1, memory: "1Gi", partition: "nowhere" },
      },
      dask: {
        partition: "batch",
        walltime: "00:30:00",
        worker: { cores: 1, memory: "1Gi" },
        staging: join(rhine.folder, "of-{user}/dask"),
        limits: { cluster: { cores: 3, workers: 3 }, user: { cores: 3 } },
      },
    },
  });
});

afterAll(() =>
  everyStep(
    () => rhine?.stop(),
    () => issuer?.stop(),
  ),
);

function secretFile(): string {
  return join(rhine.folder, "client-secret");
}

function identityOf({ url }: OidcIssuer) {
  const idps = { "alps.example": { entity: url, claim: "preferred_username" } };
  return { kind: "oidc", issuer: url, client: { id: "rhine", secret: { env: "NOT_ASKED_FOR" } }, idps };
}

/** A hub of the federation's people: one whose account is told, and those who prove theirs. */
function campus() {
  const auth = {
    ...{ kind: "federation", secretFile: secretFile(), link: { service: "login" } },
    accounts: { "anna@alps.example": ann?.name, "dora@alps.example": "daemon" },
  };
  const profiles = { small: { title: "Small", cores: 1, memory: "1Gi", partition: "interactive" } };
  return { ports: rhine.ports.hubs[1], auth, allow: "everyone", dask: "none", defaultProfile: "small", profiles };
}

test("a client's secret that others may read stops its hub before anything of it is there", () => {
  const run = rhine.isthmus("up");
  expect(run.status).not.toBe(0);
  expect(run.stdout + run.stderr).toContain(
    `auth.secretFile ${secretFile()} may be read or written by others (-rw-r--r--): chmod 600 ${secretFile()}`,
  );
  chmodSync(secretFile(), 0o600);
});

test("up installs base and hubs, and a second up changes nothing", async () => {
  await rhine.up();
  expect(rhine.told().state).toBe("up");
  const before = rhine.pids();
  expect(await rhine.up()).toContain("3 unchanged");
  expect(rhine.pids()).toEqual(before);
});

test("databases lie where the config says, and not with the programs", () => {
  expect(readdirSync(join(rhine.folder, "databases")).sort()).toEqual(["base", "campus", "prod"]);
  expect(statSync(join(rhine.folder, "databases")).mode & 0o777).toBe(0o700);
  expect(lstatSync(join(rhine.root, "state")).isSymbolicLink()).toBe(true);
});

test("users may read what their jobs run from, and neither secrets, databases nor buckets", () => {
  const mode = (name: string) => (statSync(join(rhine.root, name)).mode & 0o777).toString(8);
  expect(["releases", "current", "env"].map(mode)).toEqual(["755", "755", "755"]);
  expect(["secrets", "state", "run", "buckets", "log"].map(mode)).toEqual(["700", "700", "700", "700", "700"]);
});

test("users may not write where their jobs run from: it is compiled already, not at every start", () => {
  const all = readdirSync(join(rhine.root, "env"), { recursive: true }).map(String);
  const compiled = all.filter((path) => /^user-[^/]+\/lib\/.*\/jupyterlab\/__pycache__\/labapp\..*\.pyc$/.test(path));
  expect(compiled.length).toBe(1);
});

test("who is not of the hub, not of the machine, or of the system does not get in", async () => {
  const refused = (account: ReturnType<typeof as>) =>
    HubSession.open(rhine.url, account, signal()).then(
      () => "signed in",
      (error: Error) => error.message,
    );
  for (const account of [as(ann, "wrong"), as(bo), { user: "root", secret: { password: "x" } }])
    expect(await refused(account), account.user).not.toBe("signed in");
  expect(readFileSync(join(rhine.root, "log/prod-hub.log"), "utf8")).toContain(
    "sign-in of 'root' refused: it is an account of the system: its number is 0, people's begin at 1000",
  );
});

test("a notebook is a job of the user who signed in, with what its profile asks for", async () => {
  const source = readFileSync(join(__dirname, "slurm", "notebook.py"), "utf8");
  await withHubSession(rhine.url, as(ann), { signal: signal() }, async (session) => {
    await session.startServer({ profile: "small", account: "snow" });
    const [job] = rhine.jobsOf(ann);
    expect(job).toMatchObject({
      name: "far-rhine-prod-notebook",
      partition: "interactive",
      account: "snow",
      limit: "1:00:00",
      cpus: "1",
      memory: "1G",
      state: "RUNNING",
    });
    const end = await runProgram(session, { source, file: "notebook.py" }, { deadline: 200_000 });
    expect(end.error?.traceback ?? "").toBe("");
    expect(end.result).toMatchObject({
      uid: ann?.uid,
      home: ann?.home,
      job: job?.id,
      machine: rhine.slurm.node.name,
      prologue: "yes",
      mean: 1,
      inRange: true,
    });
  });
  await until("the job has ended with the server", () => rhine.jobsOf(ann).length === 0);
});

test("what a user writes by S3 is theirs on the disk, and another's keys neither read nor write it", () => {
  const program = join(__dirname, "slurm", "own_accounts.py");
  const args = ["-I", program, rhine.root, `${ann?.name}`, `${bo?.name}`];
  const told = JSON.parse(execFileSync(process.env.ISTHMUS_PYTHON ?? "python3", args, { encoding: "utf8" }));
  expect(told).toEqual({
    ...{ own: [200, 200], "of another": [403, 403, 403], "list of another": 403, "all of scratch": [403, 403] },
    ...{ library: [200, 200], "write to the library": [403, 403] },
    // The kernel follows no link for root's S3 endpoint.
    ...{ "through a link": [500, 500, 500], untouched: true },
    ...{ owners: [ann?.uid], mode: "700", store: true, "listed by another": 2 },
  });
  expect(readFileSync(join(rhine.root, "log/s3.log"), "utf8")).not.toMatch(/[0-9a-f]{40}/);
});

test("after its days what is a user's own goes by a process of that user, and what another has there stays", () => {
  const own = join(rhine.folder, "scratch", `${ann?.name}`);
  const [uid = 0, other = 0] = [ann?.uid, bo?.uid];
  const write = (path: string, owner: number) => {
    mkdirSync(dirname(join(own, path)), { recursive: true });
    writeFileSync(join(own, path), "{}");
    chownSync(join(own, path), owner, owner);
  };
  write("shared.zarr/zarr.json", uid);
  write("shared.zarr/c/0", other);
  write("of-another", other);
  for (const path of ["shared.zarr", "shared.zarr/c"]) chownSync(join(own, path), uid, uid);
  const round = (days: number) => {
    const args = ["-I", join(__dirname, "slurm", "expiry_round.py"), rhine.root, `${days}`];
    return execFileSync(process.env.ISTHMUS_PYTHON ?? "python3", args, { encoding: "utf8" });
  };
  const there = () => readdirSync(own).filter((name) => name !== ".sgwtmp");
  expect(round(6)).toContain("0 files expired");
  expect(there()).toEqual(expect.arrayContaining(["of-another", "one", "shared.zarr", "t.zarr"]));
  expect(round(8)).toContain("shared.zarr stays: it holds files of others");
  const files = readdirSync(join(own, "t.zarr"), { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  expect(files).toEqual([]);
  round(8); // directories go once they are empty
  expect(there().sort()).toEqual(["of-another", "shared.zarr"]);
});

test("a person of the federation has jobs as the account that the table names, or that they prove once to be theirs", async () => {
  const at = (path: string) => `${rhine.urlOf("campus")}hub/${path}`;
  const signedIn = async (name: string, wanted = "home") => {
    issuer.person = { preferred_username: name };
    const browser = new Browser();
    const next = encodeURIComponent(new URL(at(wanted)).pathname);
    return { browser, page: await browser.go(at(`oauth_login?next=${next}`)) };
  };
  const asks = ({ jar }: Browser, path: string, method = "GET") => {
    const url = new URL(at(`api/${path}`));
    return fetch(url, { method, headers: { cookie: jar.header(url), "x-xsrftoken": jar.value(url, "_xsrf") ?? "" } });
  };
  const whoIs = async (browser: Browser) => ((await (await asks(browser, "user")).json()) as { name?: string }).name;

  const anna = await signedIn("anna");
  expect(await whoIs(anna.browser)).toBe(ann?.name);
  expect(issuer.asked.at(-1)?.get("client_secret")).toBe("the-client's-secret");
  const wish = (method: string) => asks(anna.browser, `users/${ann?.name}/server`, method);
  expect([201, 202]).toContain((await wish("POST")).status);
  await until("the person's server is a job of the account", () =>
    rhine.jobsOf(ann).some(({ state }) => state === "RUNNING"),
  );
  expect(rhine.jobsOf(ann)).toMatchObject([{ name: "far-rhine-campus-notebook" }]);
  await until(
    "the server is there",
    async () => (await anna.browser.go(`${rhine.urlOf("campus")}user/${ann?.name}/api`)).status === 200,
  );
  expect([202, 204]).toContain((await wish("DELETE")).status);
  await until("the job has ended with the server", () => rhine.jobsOf(ann).length === 0);

  // An account of the system is nobody's, though the table says so.
  expect((await signedIn("dora")).page).toMatchObject({
    status: 403,
    text: expect.stringContaining("account of the system") as string,
  });

  // Whom the table does not name is asked once.
  const { browser, page } = await signedIn("bob", "token");
  let shown = page;
  expect(shown.text).toContain("You signed in as <strong>bob@alps.example</strong>");
  const prove = async (username = "", password = "") => {
    const xsrf = /name="_xsrf" value="([^"]+)"/.exec(shown.text)?.[1] ?? "";
    shown = await browser.go(shown.url, { username, password, _xsrf: xsrf });
    return shown.text;
  };
  expect(await prove(bo?.name, "wrong")).toContain(`This is not the password of ${bo?.name}`);
  expect(await prove("root", "wrong")).toContain("root may not sign in here");
  expect(await whoIs(browser)).toBeUndefined();
  await prove(bo?.name, bo?.password);
  expect(await whoIs(browser)).toBe(bo?.name);
  expect(shown.url).toBe(at("token"));
  expect(await whoIs((await signedIn("bob")).browser)).toBe(bo?.name);
  // Who sends a password without having signed in is asked to.
  const stranger = await new Browser().go(at("link-account"));
  expect(stranger).toMatchObject({ status: 403, text: expect.stringContaining("Sign in first") as string });
});

test("every directive of a profile reaches Slurm, and what Slurm says against a job reaches its user", async () => {
  const reservation = ["ReservationName=course", "StartTime=now", "Duration=60", `Users=${ann?.name}`];
  const made = rhine.slurm.run("scontrol", "create", ...reservation, "NodeCnt=1", "CoreCnt=2");
  expect(made.stderr).toBe("");
  await withHubSession(rhine.url, as(ann), { signal: signal() }, async (session) => {
    await session.startServer({ profile: "large", account: "snow" }); // the profile has one of its own
    expect(rhine.jobsOf(ann)).toMatchObject([
      {
        ...{ partition: "batch", account: "ice", limit: "2:00:00", cpus: "2", memory: "2G", state: "RUNNING" },
        ...{ features: "skylake", reservation: "course", comment: "a.course" },
      },
    ]);
  });
  await until("the job has ended", () => rhine.jobsOf(ann).length === 0);
  rhine.slurm.run("scontrol", "delete", "ReservationName=course");
  const refused = (profile: string) =>
    expect(withHubSession(rhine.url, as(ann), { signal: signal() }, (session) => session.startServer({ profile })))
      .rejects;
  await refused("wrong").toThrow("does not take your job: sbatch: error: invalid partition specified: nowhere");
  // The bed knows no GPUs: that Slurm refuses is what shows that it was asked for one.
  await refused("gpu").toThrow("Invalid generic resource (gres) specification");
});

test("an account that its user may not charge is refused, whatever the form shows", async () => {
  await withHubSession(rhine.url, as(ann), { signal: signal() }, async (session) => {
    await expect(session.startServer({ account: "sun" })).rejects.toThrow(
      `${ann?.name} may not charge the account sun; Slurm has for ${ann?.name}: ice, snow`,
    );
  });
  expect(rhine.jobsOf(ann)).toEqual([]);
});

test("the hub takes a port from a server that starts, and nothing else of a spawner", async () => {
  await withHubSession(rhine.url, as(ann), { signal: signal() }, async (session) => {
    await session.startServer();
    const source = readFileSync(join(__dirname, "slurm", "spawner_attributes.py"), "utf8");
    const end = await runProgram(session, { source, file: "attributes.py" }, { deadline: 60_000 });
    expect(end.error?.traceback ?? "").toBe("");
    expect(end.result).toEqual({ batchspawner: 404, command: 400, low: 400, other: 403 });
  });
});

test("a hub that dies and comes back ends nobody's job, and the culler ends those of idle servers", async () => {
  const session = await HubSession.open(rhine.url, as(ann), signal());
  await session.startServer();
  const [job] = rhine.jobsOf(ann);
  const hub = rhine.told().programs.find(({ name }) => name === "prod-hub")?.pid ?? 0;
  process.kill(hub, "SIGKILL");
  const again = () =>
    rhine.told().programs.some(({ name, pid, health }) => name === "prod-hub" && pid !== hub && health === "ok");
  await until("the hub is back", again);
  expect((await session.client.request(`${session.server}api/status`)).status).toBe(200);
  expect(rhine.jobsOf(ann)).toEqual([job]);
  const culler = startCuller();
  await until("the job of the idle server has ended", () => rhine.jobsOf(ann).length === 0);
  culler.kill();
});

/** The site's own culler, as it is, but that it waits for a second where a site waits for five minutes at least. */
function startCuller() {
  const conf = readFileSync(join(rhine.root, "supervisor/prod.ini"), "utf8");
  const [, command = ""] = /^command=.* -- (\S+ -m jupyterhub_idle_culler \S+)/m.exec(conf) ?? [];
  const token = /^JUPYTERHUB_API_TOKEN=(.*)$/m.exec(
    readFileSync(join(rhine.root, "secrets/prod-culler.env"), "utf8"),
  )?.[1];
  const [program = "", ...args] = command.split(" ");
  const env = { ...process.env, JUPYTERHUB_API_TOKEN: token };
  return spawn(program, [...args, "--timeout=1", "--cull-every=1"], { env, stdio: "ignore" });
}

test("Dask's scheduler and workers are jobs of the user too, by the gateway within the caps and by a plain SLURMCluster", async () => {
  const source = readFileSync(join(__dirname, "slurm", "dask_clusters.py"), "utf8");
  await withHubSession(rhine.url, as(ann), { signal: signal() }, async (session) => {
    await session.startServer({ account: "snow" });
    const environment = { STAGING: join(rhine.folder, `of-${ann?.name}`, "dask") };
    const program = { source, file: "dask_clusters.py", environment };
    const end = await runProgram(session, program, { deadline: 200_000 });
    expect(end.error?.traceback ?? "").toBe("");
    const name = expect.stringMatching(/^far-rhine-prod-dask-[0-9a-f]{8}-worker-[0-9a-f]{8}$/) as string;
    const job = { partition: "batch", account: "snow", limit: "30:00", cpus: "1", memory: "1G" };
    const scheduler = expect.stringMatching(/^far-rhine-prod-dask-[0-9a-f]{8}-scheduler$/) as string;
    expect(end.result).toMatchObject({
      gateway: {
        sum: 499_500,
        scheduler: rhine.slurm.node.name,
        machines: [rhine.slurm.node.name],
        uids: [ann?.uid],
        homes: [ann?.home],
        prologue: ["yes"],
        jobs: [
          { ...job, name: scheduler, memory: "2G" },
          { ...job, name },
          { ...job, name },
        ],
        sun: expect.stringContaining("may not charge the account sun") as string,
        beyond: expect.stringContaining("at most 1: your clusters use 2 of the 3 cores") as string,
      },
      jobqueue: { sum: 499_500, uids: [ann?.uid], jobs: [{ ...job, name: "far-rhine-prod-jobqueue" }] },
      staged: { while: [expect.stringMatching(/^[0-9a-f]{32}$/) as string], after: [], home: false },
    });
  });
  await until("all jobs have ended", () => rhine.jobsOf(ann).length === 0);
});

test("down ends jobs and programs and keeps the data; up again is as before", async () => {
  const session = await HubSession.open(rhine.url, as(ann), signal());
  await session.startServer();
  expect(rhine.jobsOf(ann).length).toBe(1);
  expect(rhine.well("down", "--yes")).toContain("ended 1 job of prod");
  expect(rhine.slurm.jobs()).toEqual([]);
  expect(rhine.processes()).toEqual([]);
  expect(existsSync(join(rhine.root, "secrets/prod.secrets.json"))).toBe(true);
  expect(readdirSync(join(rhine.root, "state")).sort()).toEqual(["base", "campus", "prod"]);
  await rhine.up();
  expect(rhine.told().state).toBe("up");
});
