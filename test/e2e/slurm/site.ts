import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "../../../bin/engine/cache";
import { everyStep } from "../../every-step";
import { isthmus, isthmusMeanwhile, isthmusOk, killed, type Run } from "../demo/federation";
import { sitePorts } from "../hpc-site/bundles";
import { Site } from "../hpc-site/kit";
import { type Sshd, sshServer, startSshd } from "../ssh-site/sshd";
import { Slurm } from "./bed";
import type { ComputeNode } from "./node";
import { whyNoSlurm } from "./packages";
import { systemPython } from "./python";
import { makeUser, removeUser, type User } from "./users";

const python = systemPython();

/** Why there can be no such site here; undefined where there can. */
export const needs =
  (python === undefined ? "no Python 3.11 to 3.13 that every user may run" : undefined) ?? whyNoSlurm();

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
  /** Of the federation's file, which is written once. */
  readonly federation?: Yaml;
  /** Hubs beside `prod`, by id. */
  readonly hubs?: Readonly<Record<string, Yaml>>;
}

/** Of a test's own, or in the folder of a federation that there is. */
export interface SlurmSiteOptions {
  readonly federation?: string;
  /** Default: with a network of its own where there can be one. */
  readonly node?: () => ComputeNode;
  /** The short name of the user who runs the site in place of root, over SSH. */
  readonly account?: string;
}

/** What was made of a site, to be put away again. */
interface Made {
  readonly folder: string;
  /** As it was before. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly users: User[];
  slurm?: Slurm;
  sshd?: Sshd;
  /** Who runs the site, where that is not root. */
  account?: User;
}

/** A site whose notebooks and workers are jobs, on a cluster of one machine: this one, reached through a real sshd where it has one. */
export class SlurmSite {
  private constructor(
    private readonly made: Made,
    readonly slurm: Slurm,
    readonly ports: { readonly front: number; readonly hubs: readonly number[] },
    /** Where the federation's files are. */
    readonly federation: string,
  ) {}

  /** Everything but the site itself: `up` is the test's. Users have homes below the folder. */
  static async prepare(names: readonly string[], options: SlurmSiteOptions = {}): Promise<SlurmSite> {
    const folder = mkdtempSync(join(tmpdir(), "isthmus-hpc-"));
    chmodSync(folder, 0o755);
    const { PATH, ISTHMUS_PYTHON } = process.env;
    const made: Made = { folder, environment: { PATH, ISTHMUS_PYTHON }, users: [] };
    try {
      const slurm = await Slurm.start(join(folder, "bed"), options.node);
      made.slurm = slurm;
      for (const name of names) made.users.push(makeUser(join(folder, "home"), name));
      if (options.account !== undefined) made.account = makeUser(join(folder, "home"), options.account);
      const server = sshServer();
      // What the machine's login would set is read when its sshd starts.
      Object.assign(process.env, { PATH: `${slurm.bin}:${PATH}`, ISTHMUS_PYTHON: python });
      if (typeof server === "string") console.log(`the site on Slurm is installed here: ${server}`);
      else {
        const more = made.account ? { ISTHMUS_CACHE: giveCache(made.account, folder) } : {};
        made.sshd = await startSshd(server, join(folder, "sshd"), more);
      }
      return new SlurmSite(made, slurm, await sitePorts(2), options.federation ?? join(folder, "config"));
    } catch (error) {
      await putAway(made).catch(console.error); // what went wrong first is what is thrown
      throw error;
    }
  }

  get folder(): string {
    return this.made.folder;
  }

  /** Who runs the site, where that is not root. */
  get account(): User | undefined {
    return this.made.account;
  }

  get users(): readonly User[] {
    return this.made.users;
  }

  get root(): string {
    return join(this.folder, "there");
  }

  /** Writes the site's file, and the federation's where there is none. */
  configure({ scheduler = {}, site = {}, hub = {}, federation: more = {}, hubs = {} }: SiteParts = {}): void {
    const { folder, ports } = this;
    const { sshd, account } = this.made;
    const way = sshd && { port: sshd.port, hostKey: sshd.hostKey, keyFile: sshd.keyFile };
    const whole = {
      site: "rhine",
      institution: "Rhine Supercomputing Centre",
      provider: "hpc",
      login: way ? { kind: "ssh", host: "127.0.0.1", user: account?.name ?? userInfo().username, ...way } : "here",
      scheduler: { kind: "slurm", ...scheduler },
      network: { hubAddress: this.slurm.node.login, notebookPorts: "41000-41099" },
      listen: { port: ports.front },
      storage: { root: this.root, state: join(folder, "databases") },
      lake: { buckets: { scratch: { purpose: "scratch" }, library: { purpose: "library" } } },
      ...site,
      hubs: {
        prod: { title: "Rhine", ports: ports.hubs[0], auth: { kind: "pam" }, defaultProfile: "small", ...hub },
        ...hubs,
      },
    };
    const { federation } = this;
    mkdirSync(join(federation, "sites"), { recursive: true });
    const own = { format: 1, federation: "far", title: "Far", contact: "https://example.org" };
    const top = JSON.stringify({ ...own, ...more, sites: ["sites/*.yaml"] });
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

  /** Brings it up, while what hubs ask of the test itself is answered; returns what was printed. */
  up(): Promise<string> {
    return isthmusMeanwhile(this.federation, "up");
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
    return this.urlOf("prod");
  }

  urlOf(hub: string): string {
    const { front } = this.ports;
    return `http://${this.slurm.node.login}:${front}/rhine-${front}/${hub}/`;
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
    await everyStep(
      () => this.isthmus("down", "--yes"),
      () => {
        for (const line of this.processes()) killed(Number.parseInt(line, 10));
      },
      () => putAway(this.made),
    );
  }
}

/** Places that an account needs which is not root: those of the site, and a cache with what the machine has built already. */
export function giveCache({ name }: User, folder: string): string {
  const cache = join(folder, "cache");
  for (const place of [cache, join(folder, "there"), join(folder, "databases")]) mkdirSync(place, { mode: 0o755 });
  for (const part of ["chp", "uv", "versitygw"])
    if (existsSync(join(cacheDirectory(), part)))
      cpSync(join(cacheDirectory(), part), join(cache, part), { recursive: true, verbatimSymlinks: true });
  execFileSync("chown", ["-R", `${name}:`, cache, join(folder, "there"), join(folder, "databases")]);
  return cache;
}

function putAway({ folder, environment, users, slurm, sshd, account }: Made): Promise<void> {
  return everyStep(
    () => sshd?.stop(),
    () => slurm?.stop(),
    () => restore(environment),
    ...[...users, ...(account ? [account] : [])].map((user) => () => removeUser(user)),
    () => rmSync(folder, { recursive: true, force: true }),
  );
}

function restore(environment: Made["environment"]): void {
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** How a user signs in. */
export function as(user: User | undefined, password = user?.password) {
  return { user: user?.name ?? "", secret: { password: password ?? "" } };
}
