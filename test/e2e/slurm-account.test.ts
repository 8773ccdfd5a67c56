import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { runProgram } from "../../bin/hub/program";
import { HubSession, withHubSession } from "../../bin/hub/session";
import { everyStep } from "../every-step";
import { until } from "./hpc-site/kit";
import { as, needs as needsOfSites, SlurmSite } from "./slurm/site";
import { lendSudo, type Sudo, whyNoSudo } from "./slurm/sudo";
import type { User } from "./slurm/users";
import { sshServer } from "./ssh-site/sshd";

// A site that an account without rights runs: jobs are its users' by the rules of a real sudo, and nothing else is.
const server = needsOfSites === undefined ? sshServer() : undefined;
const needs = needsOfSites ?? whyNoSudo() ?? (typeof server === "string" ? server : undefined);
beforeEach(({ skip }) => skip(needs !== undefined, needs));

const rules = "/etc/sudoers.d/isthmus-far-rhine";
let rhine: SlurmSite;
let sudo: Sudo;
let ann: User;
let bo: User;
let account: User;
const signal = () => AbortSignal.timeout(240_000);

beforeAll(async () => {
  if (needs !== undefined) return;
  if (existsSync(rules)) rmSync(rules); // of a run that was killed
  sudo = lendSudo();
  if (sudo.bin) process.env.PATH = `${sudo.bin}:${process.env.PATH}`;
  rhine = await SlurmSite.prepare(["ann", "bo"], { account: "pangeo" });
  rhine.slurm.hideJobs(); // as many centres do
  [ann, bo] = rhine.users as [User, User];
  account = rhine.account as User;
  rhine.configure({
    scheduler: { commands: rhine.slurm.bin, prologue: ["export FROM_PROLOGUE=yes"] },
    hub: {
      allow: { users: [bo.name], unixGroups: [ann.name] }, // everybody's own group has their name
      profiles: { small: { title: "Small", cores: 1, memory: "1Gi", partition: "interactive" } },
      dask: { partition: "batch", worker: { cores: 1, memory: "1Gi" } },
    },
  });
});

afterAll(() =>
  everyStep(
    () => rhine?.stop(),
    () => rmSync(rules, { force: true }),
    () => sudo?.stop(),
  ),
);

/** What root of the machine is told to run. */
function commandFor(said: string): string {
  return /visudo -cf \S+ && install -o root -g root -m 0440 \S+ \S+\/isthmus-far-rhine/.exec(said)?.[0] ?? "";
}

test("without its rules nothing is installed, and root is told what to run", () => {
  const { status, stdout, stderr } = rhine.isthmus("up");
  expect(status).not.toBe(0);
  const said = stdout + stderr;
  expect(said).toContain(
    `${account.name} may not submit jobs for others here: sudo has no rule for ${rhine.slurm.bin}/sbatch as %${ann.name} or ${bo.name}`,
  );
  expect(existsSync(join(rhine.root, "current"))).toBe(false);
  const told = rhine.isthmus("status").stdout;
  expect(commandFor(told)).toBe(commandFor(said));
  const ran = spawnSync("sh", ["-c", commandFor(said)], { encoding: "utf8" });
  expect([ran.status, ran.stderr]).toEqual([0, ""]);
  expect(statSync(rules).mode & 0o777).toBe(0o440);
});

test("passwords that the account may not read are refused before anybody tries one", () => {
  const { status, stdout, stderr } = rhine.isthmus("up");
  expect(status).not.toBe(0);
  expect(stdout + stderr).toContain(
    `${account.name} cannot ask PAM about people's passwords: service login looks in /etc/shadow alone`,
  );
  expect(existsSync(join(rhine.root, "current"))).toBe(false);
  execFileSync("usermod", ["-aG", "shadow", account.name]);
  rhine.well("up");
  expect(rhine.told().state).toBe("up");
  for (const { name, pid } of rhine.told().programs) expect(statSync(`/proc/${pid}`).uid, name).toBe(account.uid);
  expect(rhine.well("up")).toContain("2 unchanged");
});

test("a notebook is a job of the user who signed in, by the name of the account that runs the hub", async () => {
  const source = readFileSync(join(__dirname, "slurm", "notebook.py"), "utf8");
  await withHubSession(rhine.url, as(ann), { signal: signal() }, async (session) => {
    await session.startServer();
    const [job] = rhine.jobsOf(ann);
    const seen = spawnSync("setpriv", [
      `--reuid=${account.uid}`,
      "--clear-groups",
      join(rhine.slurm.bin, "squeue"),
      "-h",
    ]);
    expect([seen.status, `${seen.stdout}`]).toEqual([0, ""]);
    expect(job).toMatchObject({ name: "far-rhine-prod-notebook", partition: "interactive", state: "RUNNING" });
    const end = await runProgram(session, { source, file: "notebook.py" }, { deadline: 200_000 });
    expect(end.error?.traceback ?? "").toBe("");
    expect(end.result).toMatchObject({
      ...{ uid: ann.uid, home: ann.home, job: job?.id, prologue: "yes", mean: 1, inRange: true },
    });
  });
  await until("the job has ended with the server", () => rhine.jobsOf(ann).length === 0);
});

test("Dask's scheduler and workers are jobs of the user, and none of its keys is written down", async () => {
  const source = readFileSync(join(__dirname, "slurm", "dask_by_sudo.py"), "utf8");
  await withHubSession(rhine.url, as(ann), { signal: signal() }, async (session) => {
    await session.startServer();
    const end = await runProgram(session, { source, file: "dask.py" }, { deadline: 200_000 });
    expect(end.error?.traceback ?? "").toBe("");
    const name = (what: string) => expect.stringMatching(`^far-rhine-prod-dask-[0-9a-f]{8}-${what}`) as string;
    expect(end.result).toMatchObject({
      ...{ sum: 499_500, uids: [ann.uid], homes: [ann.home], sudo: [""], security: true },
      jobs: [name("scheduler$"), name("worker-"), name("worker-")],
      logs: ["logs", "logs", "logs"],
      keys: [],
    });
  });
  await until("all jobs have ended", () => rhine.jobsOf(ann).length === 0);
});

test("the account runs nothing else as its users, and nothing as root", () => {
  const tried = (user: string, ...command: string[]) =>
    spawnSync("setpriv", [`--reuid=${account.uid}`, "--clear-groups", "sudo", "-n", "-u", user, ...command], {
      encoding: "utf8",
      env: { ...process.env, SECRET: "x" },
    });
  const squeue = join(rhine.slurm.bin, "squeue");
  expect(tried(ann.name, squeue, "-h").status).toBe(0);
  for (const [user, ...command] of [
    [ann.name, "/bin/true"],
    [ann.name, join(rhine.slurm.bin, "scontrol"), "ping"],
    ["root", squeue, "-h"],
    ["daemon", squeue, "-h"],
  ] as [string, ...string[]][])
    expect(tried(user, ...command).stderr, `${user} ${command.join(" ")}`).toContain("a password is required");
  const kept = tried(ann.name, "--preserve-env=SECRET", squeue, "-h");
  expect(kept.stderr).toContain("not allowed to set the following environment variables: SECRET");
});

test("who is not in the machine's rules is told so, and nothing is submitted", async () => {
  const before = readFileSync(rules, "utf8");
  writeFileSync(rules, before.replace(`, ${bo.name}`, ""));
  const refused = withHubSession(rhine.url, as(bo), { signal: signal() }, (session) => session.startServer());
  await expect(refused).rejects.toThrow(
    `no job is submitted for you: the sudo rules of this machine do not let ${account.name} submit jobs as ${bo.name}`,
  );
  expect(rhine.slurm.jobs()).toEqual([]);
  writeFileSync(rules, before);
});

test("down ends jobs and programs, and keeps the data", async () => {
  const session = await HubSession.open(rhine.url, as(ann), signal());
  await session.startServer();
  expect(rhine.jobsOf(ann).length).toBe(1);
  expect(rhine.well("down", "--yes")).toContain("ended 1 job of prod");
  expect(rhine.slurm.jobs()).toEqual([]);
  expect(rhine.processes()).toEqual([]);
  expect(existsSync(join(rhine.root, "secrets/prod.secrets.json"))).toBe(true);
});
