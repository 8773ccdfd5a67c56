import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { isthmus, isthmusOk, killed, type Run } from "../demo/federation";
import { sitePorts } from "../hpc-site/bundles";
import { Site } from "../hpc-site/kit";
import { type Sshd, sshServer, startSshd } from "../ssh-site/sshd";
import { Slurm } from "./bed";
import { whyNoSlurm } from "./packages";
import { systemPython } from "./python";
import { makeUser, removeUser, type User } from "./users";

const python = systemPython();

/** Why there can be no such site here; undefined where there can. */
export const needs =
  (python === undefined ? "no Python 3.11 to 3.13 that every user may run" : undefined) ?? whyNoSlurm();

/** Not where loopback usually is: what is told to jobs must be the address that the config has. */
export const hubAddress = "127.0.0.2";

export interface Told {
  readonly state: string;
  readonly hubs: { readonly prod: { readonly url: string } };
  readonly programs: readonly { readonly name: string; readonly pid: number; readonly health: string }[];
}

type Yaml = Record<string, unknown>;

/** Parts of the site's file that a test says for itself. */
export interface SiteParts {
  readonly scheduler?: Yaml;
  readonly site?: Yaml;
  readonly hub?: Yaml;
}

/** Of a test's own, or in the folder of a federation that there is. */
export interface SlurmSiteOptions {
  readonly federation?: string;
}

/** A site whose notebooks and workers are jobs, on a cluster of one machine: this one, reached through a real sshd where it has one. */
export class SlurmSite {
  private readonly environment: Readonly<Record<string, string | undefined>>;

  private constructor(
    readonly folder: string,
    readonly slurm: Slurm,
    readonly users: readonly User[],
    private readonly sshd: Sshd | undefined,
    readonly ports: { readonly front: number; readonly hubs: readonly number[] },
    /** Where the federation's files are. */
    readonly federation: string,
  ) {
    const { PATH, ISTHMUS_PYTHON } = process.env;
    this.environment = { PATH, ISTHMUS_PYTHON };
    Object.assign(process.env, { PATH: `${slurm.bin}:${PATH}`, ISTHMUS_PYTHON: python });
  }

  /** Everything but the site itself: `up` is the test's. Users have homes below the folder. */
  static async prepare(names: readonly string[], options: SlurmSiteOptions = {}): Promise<SlurmSite> {
    const folder = mkdtempSync(join(tmpdir(), "isthmus-hpc-"));
    chmodSync(folder, 0o755);
    const slurm = await Slurm.start(join(folder, "bed"));
    const users = names.map((name) => makeUser(join(folder, "home"), name));
    const server = sshServer();
    if (typeof server === "string") console.log(`the site on Slurm is installed here: ${server}`);
    const ports = await sitePorts(1);
    const path = process.env.PATH;
    // What the machine's login would set is read when its sshd starts.
    Object.assign(process.env, { PATH: `${slurm.bin}:${path}`, ISTHMUS_PYTHON: python });
    const sshd = typeof server === "string" ? undefined : await startSshd(server, join(folder, "sshd"));
    Object.assign(process.env, { PATH: path });
    const federation = options.federation ?? join(folder, "config");
    return new SlurmSite(folder, slurm, users, sshd, ports, federation);
  }

  get root(): string {
    return join(this.folder, "there");
  }

  /** Writes the site's file, and the federation's where there is none. */
  configure({ scheduler = {}, site = {}, hub = {} }: SiteParts = {}): void {
    const { folder, sshd, ports } = this;
    const way = sshd && { port: sshd.port, hostKey: sshd.hostKey, keyFile: sshd.keyFile };
    const whole = {
      site: "rhine",
      institution: "Rhine Supercomputing Centre",
      provider: "hpc",
      login: way ? { kind: "ssh", host: "127.0.0.1", user: userInfo().username, ...way } : "here",
      scheduler: { kind: "slurm", ...scheduler },
      network: { hubAddress, notebookPorts: "41000-41099" },
      listen: { port: ports.front },
      storage: { root: this.root, state: join(folder, "databases") },
      lake: { buckets: { scratch: { purpose: "scratch" }, library: { purpose: "library" } } },
      ...site,
      hubs: { prod: { title: "Rhine", ports: ports.hubs[0], auth: { kind: "pam" }, defaultProfile: "small", ...hub } },
    };
    const { federation } = this;
    mkdirSync(join(federation, "sites"), { recursive: true });
    const top = "format: 1\nfederation: far\ntitle: Far\ncontact: https://example.org\nsites: [sites/*.yaml]\n";
    if (!existsSync(join(federation, "federation.yaml"))) writeFileSync(join(federation, "federation.yaml"), top);
    writeFileSync(join(federation, "sites/rhine.yaml"), JSON.stringify(whole));
  }

  isthmus(...args: string[]): Run {
    return isthmus(this.federation, ...args);
  }

  /** The same, which must succeed; returns what it printed. */
  well(...args: string[]): string {
    return isthmusOk(this.federation, ...args);
  }

  /** What `isthmus status` tells of it. */
  told(): Told {
    return (JSON.parse(this.well("status", "--json")) as { sites: { rhine: Told } }).sites.rhine;
  }

  pids(): string[] {
    return this.told().programs.map(({ name, pid }) => `${name} ${pid}`);
  }

  pid(program: string): number {
    return this.told().programs.find(({ name }) => name === program)?.pid ?? 0;
  }

  get url(): string {
    const { front } = this.ports;
    return `http://${hubAddress}:${front}/rhine-${front}/prod/`;
  }

  jobsOf(user: User | undefined) {
    return this.slurm.jobs().filter((job) => job.user === user?.name);
  }

  /** What still runs of it. */
  processes(): string[] {
    return new Site(this.root, "").processes();
  }

  /** Takes everything down, whatever state it is in. */
  async stop(): Promise<void> {
    this.isthmus("down", "--yes");
    for (const line of this.processes()) killed(Number.parseInt(line, 10));
    await this.sshd?.stop();
    await this.slurm.stop();
    for (const [name, value] of Object.entries(this.environment)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    for (const user of this.users) removeUser(user);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** How a user signs in. */
export function as(user: User | undefined, password = user?.password) {
  return { user: user?.name ?? "", secret: { password: password ?? "" } };
}
