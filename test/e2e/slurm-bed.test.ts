import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { everyStep } from "../every-step";
import { processesAbout } from "./demo/federation";
import { until } from "./hpc-site/kit";
import { Slurm } from "./slurm/bed";
import { whyNoAccounts, whyNoSlurm } from "./slurm/packages";
import { makeUser, removeUser, type User } from "./slurm/users";

// The Slurm that the tests of sites on a batch system use takes jobs of ordinary users and forgets nothing of them.
const needs = whyNoSlurm();
beforeEach(({ skip }) => skip(needs !== undefined, needs));

const folder = mkdtempSync(join(tmpdir(), "isthmus-slurm-"));
chmodSync(folder, 0o755);
let slurm: Slurm;
let ann: User;

beforeAll(async () => {
  if (needs) return;
  slurm = await Slurm.start(join(folder, "bed"));
  ann = makeUser(join(folder, "home"), "ann");
});

afterAll(async () => {
  await everyStep(
    () => slurm?.stop(),
    () => ann !== undefined && removeUser(ann),
    () => rmSync(folder, { recursive: true, force: true }),
  );
});

function submit(script: string, ...options: string[]): string {
  const asUser = ["-u", ann.name, "--", join(slurm.bin, "sbatch"), "--parsable", "--chdir", ann.home, ...options];
  const { stdout, stderr, status } = spawnSync("runuser", asUser, {
    input: `#!/bin/sh\n${script}\n`,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

test("a job of an ordinary user runs as that user", async () => {
  submit("id -u > told; hostname >> told", "--output=out", "--partition=batch");
  await until("the job has ended", () => slurm.jobs().length === 0);
  expect(readFileSync(join(ann.home, "told"), "utf8").split("\n")[0]).toBe(String(ann.uid));
});

test("a job reaches the site's machine over a network of its own, and not what listens on the machine's loopback", async ({
  skip,
}) => {
  const { node } = slurm;
  skip(node.shares !== undefined, node.shares);
  const server = createServer((socket) => socket.end());
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const outer = createServer((socket) => socket.end());
  await new Promise<void>((done) => outer.listen(port, node.login, done));
  try {
    const reach = (address: string) =>
      `(: < /dev/tcp/${address}/${port}) 2>&1 && echo reached ${address} || echo not ${address}`;
    const script = ["hostname", "readlink /proc/self/ns/net", reach("127.0.0.1"), reach(node.login)].join("\n");
    submit(`bash > apart <<'END'\n${script}\nEND`);
    await until("the job has ended", () => slurm.jobs().length === 0);
  } finally {
    server.close();
    outer.close();
  }
  const [name, network, ...rest] = readFileSync(join(ann.home, "apart"), "utf8").trim().split("\n");
  expect(name).toBe(node.name);
  expect(network).not.toBe(readlinkSync("/proc/self/ns/net"));
  expect(rest).toContain("not 127.0.0.1");
  expect(rest.at(-1)).toBe(`reached ${node.login}`);
});

test("a job that runs is told of with what it asked for, and ends when it is cancelled", async () => {
  const asked = ["--partition=interactive", "--time=10", "--cpus-per-task=2", "--mem=1G", "--account=snow"];
  const id = submit("exec sleep 600", "--job-name=long", ...asked);
  await until("the job runs", () => slurm.jobs().some((job) => job.state === "RUNNING"));
  expect(slurm.jobs()).toMatchObject([
    {
      id,
      user: ann.name,
      name: "long",
      partition: "interactive",
      state: "RUNNING",
      account: "snow",
      limit: "10:00",
      cpus: "2",
      memory: "1G",
    },
  ]);
  slurm.run("scancel", id);
  await until("the job has ended", () => slurm.jobs().length === 0);
});

test("accounts are kept by a real slurmdbd, and told by a real sacctmgr, once for each partition", async ({ skip }) => {
  const lacks = whyNoAccounts();
  skip(lacks !== undefined, lacks);
  await slurm.keepAccounts();
  for (const account of ["snow", "ice"]) slurm.manageAccounts("add", "account", account, "cluster=isthmus");
  slurm.manageAccounts("add", "user", ann.name, "account=snow,ice");
  slurm.manageAccounts("add", "user", ann.name, "account=snow", "partition=batch");
  const told = slurm.run("sacctmgr", "-nP", "show", "assoc", `user=${ann.name}`, "format=account");
  expect([told.status, told.stdout.trim().split("\n").sort()]).toEqual([0, ["ice", "snow", "snow"]]);
});

test("it ends with all that it started and every job, though programs of it were killed", async () => {
  submit("trap '' TERM; sleep 600; sleep 600", "--output=out");
  await until("the job runs", () => slurm.jobs().some((job) => job.state === "RUNNING"));
  for (const daemon of ["slurmctld", "munged"] as const) await slurm.killDaemon(daemon);
  await slurm.stop();
  expect(processesAbout(`${folder}/`)).toEqual([]);
  expect(readFileSync("/etc/hosts", "utf8")).not.toContain(`isthmus-test-${process.pid}-`);
});
