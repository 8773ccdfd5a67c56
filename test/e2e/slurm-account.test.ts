import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { connect as connectByTls } from "node:tls";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { runProgram } from "../../bin/hub/program";
import { HubSession, withHubSession } from "../../bin/hub/session";
import { everyStep } from "../every-step";
import { until } from "./hpc-site/kit";
import { as, needs as needsOfSites, SlurmSite, type Told } from "./slurm/site";
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
  configure();
});

afterAll(() =>
  everyStep(
    () => rhine?.stop(),
    () => rhine && named(false),
    () => {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    },
    () => rmSync(rules, { force: true }),
    () => sudo?.stop(),
  ),
);

/** Writes the site's file, with more of it. */
function configure(site: Record<string, unknown> = {}, prologue: readonly string[] = []): void {
  rhine.configure({
    scheduler: { commands: rhine.slurm.bin, prologue: ["export FROM_PROLOGUE=yes", ...prologue] },
    site,
    hub: {
      allow: { users: [bo.name], unixGroups: [ann.name] }, // everybody's own group has their name
      profiles: { small: { title: "Small", cores: 1, memory: "1Gi", partition: "interactive" } },
      dask: { partition: "batch", worker: { cores: 1, memory: "1Gi" } },
    },
  });
}

const domain = "site.example";

/** Has this machine know the site's name, or know it no more. */
function named(known: boolean): void {
  const line = (text: string) => text.split(" ")[1] !== domain;
  const others = readFileSync("/etc/hosts", "utf8").split("\n").filter(line).join("\n").trimEnd();
  writeFileSync("/etc/hosts", `${others}\n${known ? `${rhine.slurm.node.login} ${domain}\n` : ""}`);
}

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

/** How a connection to a port begins: as it is, or by TLS with a server that one authority vouches for. */
function reached(host: string, port: number, tls?: { readonly ca: string; readonly servername: string }) {
  return new Promise<string>((done) => {
    const socket = tls ? connectByTls({ host, port, ...tls }) : connect({ host, port });
    socket.once(tls ? "secureConnect" : "connect", () => done("connected"));
    socket.once("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    socket.once("connect", () => socket.end());
  });
}

test("with network.encrypt hub and notebooks speak TLS, and jobs ask nothing but the site's https address", async () => {
  const fixtures = join(__dirname, "../charts/hpc-site/tls");
  for (const file of ["site.pem", "site.key"]) {
    copyFileSync(join(fixtures, file), join(rhine.folder, file));
    chownSync(join(rhine.folder, file), account.uid, account.uid);
  }
  const [certificate, key] = [join(rhine.folder, "site.pem"), join(rhine.folder, "site.key")];
  chmodSync(key, 0o600);
  const { login, name, address } = rhine.slurm.node;
  const network = { hubAddress: login, notebookPorts: "41000-41099", encrypt: true };
  const listen = { host: login, port: rhine.ports.front };
  configure({ network, domain, listen, tls: { kind: "files", certificate, key } }, [
    `export SSL_CERT_FILE=${certificate}`,
  ]);
  named(true);
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // this process began before there was such an authority
  rhine.well("up");
  const { url } = rhine.told().hubs.prod;
  expect(url).toMatch(/^https:\/\/site\.example:/);
  const first = rhine.ports.hubs[0] ?? 0;
  // Hub and Dask's gateway; Dask's own way to its schedulers, which is TLS.
  expect([await reached(login, first + 2), await reached(login, first + 3), await reached(login, first + 4)]).toEqual([
    ...["ECONNREFUSED", "ECONNREFUSED", "connected"],
  ]);
  const session = await HubSession.open(url, as(ann), signal());
  await session.startServer();
  const source = readFileSync(join(__dirname, "slurm", "encrypted.py"), "utf8");
  const end = await runProgram(session, { source, file: "encrypted.py" }, { deadline: 200_000 });
  expect(end.error?.traceback ?? "").toBe("");
  const inside = expect.stringMatching(/^https:\/\/site\.example:\d+\/rhine-\d+\/prod\//) as string;
  expect(end.result).toMatchObject({ ...{ sum: 3, hub: inside, gateway: [inside], keys: [] }, scheme: "https" });
  const { port } = end.result as { port: number };
  const ca = readFileSync(join(rhine.root, "state/prod/notebooks.crt"), "utf8");
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  expect(await reached(address, port, { ca, servername: name })).toBe("connected");
  expect(await reached(address, port, { ca, servername: "another" })).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  // A hub that comes back believes its notebooks as before.
  const [job] = rhine.jobsOf(ann);
  const hub = rhine.pid("prod-hub");
  process.kill(hub, "SIGKILL");
  const well = ({ name: program, pid, health }: Told["programs"][number]) =>
    program === "prod-hub" && pid !== hub && health === "ok";
  await until("the hub is back", () => rhine.told().programs.some(well));
  expect((await session.client.request(`${session.server}api/status`)).status).toBe(200);
  expect(rhine.jobsOf(ann)).toEqual([job]);
  await session.close();
  await until("the job has ended with the server", () => rhine.jobsOf(ann).length === 0);
});

test("down ends jobs and programs, and keeps the data", async () => {
  const session = await HubSession.open(rhine.told().hubs.prod.url, as(ann), signal());
  await session.startServer();
  expect(rhine.jobsOf(ann).length).toBe(1);
  expect(rhine.well("down", "--yes")).toContain("ended 1 job of prod");
  expect(rhine.slurm.jobs()).toEqual([]);
  expect(rhine.processes()).toEqual([]);
  expect(existsSync(join(rhine.root, "secrets/prod.secrets.json"))).toBe(true);
});
