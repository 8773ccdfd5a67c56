import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { everyStep } from "../../every-step";
import { firstOfHundred } from "../../free-ports";
import { killed, processesAbout } from "../demo/federation";
import { until } from "../hpc-site/kit";
import { databaseCommand, databaseSetUp, databaseSocket, writeAccountingFiles } from "./accounting";
import { type ComputeNode, makeNode } from "./node";
import { unpack, unpackAccounting } from "./packages";

/** A job as `squeue` tells of it. */
export interface Job {
  readonly id: string;
  readonly user: string;
  readonly name: string;
  readonly partition: string;
  readonly state: string;
  readonly account: string;
  readonly limit: string;
  readonly cpus: string;
  readonly memory: string;
  /** Features of nodes, reservation, what may be said of it. */
  readonly features: string;
  readonly reservation: string;
  readonly comment: string;
}

const formats: Readonly<Record<keyof Job, string>> = {
  ...{ id: "%i", user: "%u", name: "%j", partition: "%P", state: "%T", account: "%a", limit: "%l", cpus: "%C" },
  ...{ memory: "%m", features: "%f", reservation: "%v", comment: "%k" },
};

/** What it is made of, in the order in which it starts. */
export type Daemon = "munged" | "slurmctld" | "slurmd" | "mariadbd" | "slurmdbd";
const needed = ["munged", "slurmctld", "slurmd"] as const;
const takingJobs = ["idle", "mixed", "allocated", "completing"];

/**
 * A real Slurm on this machine: one controller, one node of eight cores and 16 GB that it only says it has, and munge. The node has
 * a network of its own where there can be one.
 */
export class Slurm {
  private readonly daemons = new Map<Daemon, ChildProcess>();
  private ready = false;
  private front = 0;

  private constructor(
    /** Everything of it lies here. Users may look in, since their jobs run from here. */
    readonly folder: string,
    private readonly libraries: string,
    readonly node: ComputeNode,
  ) {}

  /** `sbatch`, `squeue` and the others, for PATH. */
  get bin(): string {
    return join(this.folder, "bin");
  }

  /** Starts everything in a folder that is made for it, and returns when the node takes jobs. */
  static async start(folder: string, makeIts: () => ComputeNode = makeNode): Promise<Slurm> {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
    unpack(join(folder, "slurm"));
    const slurm = new Slurm(folder, librariesIn(join(folder, "slurm")), makeIts());
    try {
      await slurm.startAll();
    } catch (error) {
      await slurm.stop();
      throw error;
    }
    return slurm;
  }

  private async startAll(): Promise<void> {
    const { folder } = this;
    for (const name of ["munge", "state", "spool", "log", "bin"]) mkdirSync(join(folder, name), { mode: 0o755 });
    const front = await firstOfHundred();
    this.front = front;
    const at = { folder, libraries: this.libraries, ports: { controller: front, node: front + 1 } };
    writeFileSync(join(folder, "slurm.conf"), configuration(at, this.node));
    writeFileSync(join(folder, "cgroup.conf"), "CgroupPlugin=cgroup/v1\n");
    writeFileSync(join(folder, "job_submit.lua"), jobSubmit);
    this.writeCommands();
    writeFileSync(join(folder, "munge/key"), randomBytes(128), { mode: 0o600 });
    for (const name of needed) this.startDaemon(name);
    const idle = () => this.nodeStates().includes("idle");
    const over = () => [...this.daemons.values()].some(isOver);
    await until("a node of Slurm is idle", () => idle() || over(), 60).catch(() => {});
    if (!idle()) throw new Error(`Slurm does not start:\n${this.logs()}`);
    this.ready = true;
  }

  /**
   * Starts a real `slurmdbd` with its database, and puts the real `sacctmgr` into `bin`. What it keeps is told to who asks, and
   * no more: the controller takes jobs without it.
   */
  async keepAccounts(): Promise<void> {
    const { folder, front } = this;
    unpackAccounting(join(folder, "slurm"));
    const at = { folder, plugins: pluginsOf(this.libraries), daemon: front + 2 };
    const conf = writeAccountingFiles(at);
    this.writeCommand("sacctmgr", conf);
    const { command, input } = databaseSetUp(at);
    const made = spawnSync(join(folder, "slurm", command[0] ?? ""), command.slice(1), {
      env: { PATH: process.env.PATH, LD_LIBRARY_PATH: this.libraries },
      encoding: "utf8",
      input,
    });
    if (made.status !== 0) throw new Error(`mariadbd makes no tables: ${made.stderr.slice(-2000)}`);
    this.daemon("mariadbd", databaseCommand(at));
    this.daemon("slurmdbd", ["usr/sbin/slurmdbd", "-D"], { MYSQL_UNIX_PORT: databaseSocket(at) });
    const known = () => this.run("sacctmgr", "-i", "add", "cluster", "isthmus").status === 0;
    await until("slurmdbd takes a cluster", known, 60).catch(() => {
      throw new Error(`slurmdbd does not start:\n${this.logs()}`);
    });
  }

  /** Runs `sacctmgr` without questions, as an admin does. */
  manageAccounts(...args: string[]): void {
    const { status, stdout, stderr } = this.run("sacctmgr", "-i", ...args);
    if (status !== 0) throw new Error(`sacctmgr ${args.join(" ")}: ${stdout}${stderr}`);
  }

  /** Has Slurm show jobs to nobody but their users, and to root. */
  hideJobs(): void {
    appendFileSync(join(this.folder, "slurm.conf"), "PrivateData=jobs\n");
    const { status, stderr } = this.run("scontrol", "reconfigure");
    if (status !== 0) throw new Error(`scontrol: ${stderr}`);
  }

  /** States of its nodes; none while the controller does not answer. */
  nodeStates(): string[] {
    return this.run("sinfo", "-h", "-o", "%T").stdout.trim().split("\n");
  }

  /** Changes the state of its node, as an admin does; one that came back by itself needs no `resume`. */
  setNode(state: "drain" | "down" | "resume"): void {
    if (state === "resume" && this.takesJobs()) return;
    const change = [`state=${state}`, ...(state === "resume" ? [] : ["reason=tests"])];
    const { status, stderr } = this.run("scontrol", "update", `nodename=${this.node.name}`, ...change);
    if (status !== 0) throw new Error(`scontrol: ${stderr}`);
  }

  private takesJobs(): boolean {
    return this.nodeStates().every((now) => takingJobs.includes(now));
  }

  /** Starts what is missing of it and brings its node back: what one test left broken is not the next one's. */
  async mend(): Promise<void> {
    const isMissing = (daemon: ChildProcess | undefined) => daemon === undefined || isOver(daemon);
    for (const name of needed) if (isMissing(this.daemons.get(name))) this.startDaemon(name);
    const resumed = () => this.run("scontrol", "update", `nodename=${this.node.name}`, "state=resume").status === 0;
    await until("Slurm's node takes jobs", () => this.takesJobs() || (resumed() && this.takesJobs()));
  }

  /** Waits until the controller has written down what it knows by now of a job, which it may do seconds after a change. */
  async saved({ id }: Job): Promise<void> {
    const before = Date.now();
    const { status, stderr } = this.run("scontrol", "update", `jobid=${id}`, "comment=to.be.saved");
    if (status !== 0) throw new Error(`scontrol: ${stderr}`);
    await until("Slurm's state is saved", () => statSync(join(this.folder, "state/job_state")).mtimeMs > before);
  }

  /** Starts one of its programs again, as it was. */
  startDaemon(name: Exclude<Daemon, "mariadbd" | "slurmdbd">): void {
    const place = join(this.folder, "munge");
    const files = ["socket", "pid", "seed"].map((f) => `--${f}${f === "socket" ? "" : "-file"}=${place}/${f}`);
    const commands: Readonly<Record<typeof name, readonly string[]>> = {
      munged: ["usr/sbin/munged", "-F", "--force", `--key-file=${place}/key`, ...files],
      slurmctld: ["usr/sbin/slurmctld-wlm", "-D"],
      slurmd: ["usr/sbin/slurmd-wlm", "-D", "-d", join(this.folder, "slurm/usr/sbin/slurmstepd-wlm")],
    };
    this.daemon(name, commands[name]);
  }

  /** Ends one of its programs without a word, as a machine that dies does. */
  async killDaemon(name: Daemon): Promise<void> {
    const daemon = this.daemons.get(name);
    if (daemon) await ended(daemon, "SIGKILL");
  }

  /** Programs from the folder as users call them; the loader is told of their libraries, so that no job inherits a path of them. */
  private writeCommands(): void {
    for (const name of ["sbatch", "squeue", "scancel", "sinfo", "scontrol", "srun"])
      this.writeCommand(name, join(this.folder, "slurm.conf"));
  }

  private writeCommand(name: string, conf: string): void {
    const program = join(this.folder, "slurm/usr/bin", name);
    const script = `#!/bin/sh
SLURM_CONF=${conf} exec ${loaderOf(this.folder)} --library-path ${this.libraries} ${program} "$@"
`;
    writeFileSync(join(this.bin, name), script, { mode: 0o755 });
  }

  private daemon(
    name: Daemon,
    [program = "", ...args]: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): void {
    const log = openSync(join(this.folder, "log", `${name}.out`), "a");
    const env = {
      PATH: process.env.PATH,
      LD_LIBRARY_PATH: this.libraries,
      SLURM_CONF: join(this.folder, "slurm.conf"),
      ...more,
    };
    const whole = [join(this.folder, "slurm", program), ...args];
    const [first = "", ...rest] = name === "slurmd" ? this.node.command(...whole) : whole;
    const child = spawn(first, rest, {
      env,
      stdio: ["ignore", log, log],
      cwd: this.folder,
    });
    child.once("error", (error) => console.error(`${name}: ${error.message}`));
    closeSync(log);
    this.daemons.set(name, child);
  }

  private logs(): string {
    const read = (name: string) => `${name}: ${readFileSync(join(this.folder, "log", name), "utf8").slice(-2000)}`;
    return readdirSync(join(this.folder, "log")).map(read).join("\n");
  }

  /** Runs one of its commands, as root or as a user of this machine. */
  run(command: string, ...args: string[]) {
    return spawnSync(join(this.bin, command), args, { encoding: "utf8" });
  }

  /** Jobs that wait or run. */
  jobs(): Job[] {
    const { stdout, status, stderr } = this.run("squeue", "-h", "-o", Object.values(formats).join("|"));
    if (status !== 0) throw new Error(`squeue: ${stderr}`);
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const fields = line.split("|");
        return Object.fromEntries(Object.keys(formats).map((name, i) => [name, fields[i] ?? ""])) as unknown as Job;
      });
  }

  /** Ends all jobs, of whatever user. */
  async endJobs(): Promise<void> {
    for (const { id } of this.jobs()) this.run("scancel", id);
    await until("all jobs have ended", () => this.jobs().length === 0);
  }

  /** Ends all jobs, then what was started here, whatever state it is in. */
  async stop(): Promise<void> {
    const { ready } = this;
    this.ready = false;
    await everyStep(
      () => ready && this.mend(),
      () => ready && this.endJobs(),
      async () => {
        for (const daemon of [...this.daemons.values()].reverse()) await ended(daemon);
      },
      // what watches over a job that could not be ended
      () => processesAbout(`${this.folder}/`).forEach(killed),
      () => this.node.remove(),
    );
  }
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function ended(child: ChildProcess, signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
  if (child.pid === undefined || isOver(child)) return Promise.resolve();
  return new Promise((done) => {
    child.once("exit", () => done());
    child.kill(signal);
    setTimeout(() => child.kill("SIGKILL"), 10_000).unref();
  });
}

/** Directories with libraries below an unpacked root, for the loader. */
function librariesIn(root: string): string {
  const of = (triplet: string) => [join(root, "usr/lib", triplet), join(root, "usr/lib", triplet, "slurm-wlm")];
  return readdirSync(join(root, "usr/lib"))
    .filter((name) => name.includes("-linux-"))
    .flatMap(of)
    .join(":");
}

/** The dynamic loader of this machine: what an unpacked program names. */
function loaderOf(folder: string): string {
  const head = readFileSync(join(folder, "slurm/usr/bin/sbatch")).subarray(0, 4096).toString("latin1");
  const named = /\/lib[\w/.-]*\/ld-[\w.-]+/.exec(head)?.[0];
  if (named === undefined) throw new Error("sbatch names no loader");
  return named;
}

function pluginsOf(libraries: string): string {
  return libraries.split(":").find((path) => path.endsWith("/slurm-wlm")) ?? "";
}

/** A centre's own gate, as many have one: an account that nobody has a job on any more. */
export const frozenAccount = "frozen";
const jobSubmit = `function slurm_job_submit(job)
  if job.account == "${frozenAccount}" then
    slurm.log_user("the allocation ${frozenAccount} has no hours left")
    return slurm.ESLURM_INVALID_ACCOUNT
  end
  return slurm.SUCCESS
end
function slurm_job_modify()
  return slurm.SUCCESS
end
return slurm.SUCCESS
`;

interface ConfigurationPlace {
  readonly folder: string;
  readonly libraries: string;
  readonly ports: { readonly controller: number; readonly node: number };
}

function configuration(at: ConfigurationPlace, node: ComputeNode): string {
  return `ClusterName=isthmus
SlurmctldHost=${hostname()}(${node.shares === undefined ? node.login : node.address})
SlurmctldPort=${at.ports.controller}
SlurmdPort=${at.ports.node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${at.folder}/munge/socket
CredType=cred/munge
PluginDir=${pluginsOf(at.libraries)}
StateSaveLocation=${at.folder}/state
SlurmdSpoolDir=${at.folder}/spool
SlurmctldPidFile=${at.folder}/state/slurmctld.pid
SlurmdPidFile=${at.folder}/spool/slurmd.pid
SlurmctldLogFile=${at.folder}/log/slurmctld.log
SlurmdLogFile=${at.folder}/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobSubmitPlugins=lua
SwitchType=switch/none
MpiDefault=none
MailProg=/bin/true
ReturnToService=2
KillWait=5
MinJobAge=300
NodeName=${node.name} NodeAddr=${node.address} CPUs=8 RealMemory=16000 Features=skylake
PartitionName=interactive Nodes=${node.name} MaxTime=08:00:00 OverSubscribe=FORCE:4
PartitionName=batch Nodes=${node.name} Default=YES MaxTime=24:00:00 OverSubscribe=FORCE:4
`;
}
