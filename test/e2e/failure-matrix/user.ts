import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Account } from "../../../bin/hub/account";
import { Kernel } from "../../../bin/hub/kernel";
import { HubSession } from "../../../bin/hub/session";
import type { Site } from "../hpc-site/kit";
import type { Holding } from "./matrix";

const source = readFileSync(join(__dirname, "user.py"), "utf8");
const deadline = 400_000;

/** What user.py tells. */
interface Told {
  readonly variable: number | null;
  readonly kernel: number;
  readonly futures: unknown;
  readonly cluster: Cluster;
}

interface Cluster {
  readonly name: string | null;
  readonly scheduler: number | null;
  readonly workers: readonly number[];
  readonly published: boolean;
}

/** What a user holds, by id. */
export interface Held extends Told {
  readonly login: boolean;
  readonly notebook: number | undefined;
  readonly socket: boolean;
}

/** A person at a hub, with a browser's cookies and one notebook, whom programs are killed under. */
export class User {
  private kernel: Kernel | undefined;
  private variable = 0;

  private constructor(
    private readonly site: Site,
    readonly session: HubSession,
  ) {}

  static async signIn(site: Site, url: string, account: Account): Promise<User> {
    return new User(site, await HubSession.open(url, account, AbortSignal.timeout(3_600_000)));
  }

  /** Makes what is missing: a server, a kernel, a cluster of two workers, futures on it; tells what is held then. */
  async hold(): Promise<Held> {
    await this.session.startServer();
    this.kernel ??= await this.newKernel();
    this.variable += 1;
    const told = (await this.run(`hold(${this.variable})`)) as Told;
    return { ...told, ...(await this.outside()), socket: true };
  }

  /** Looks for all of that, on the same WebSocket, else on another, else in a new kernel by the cluster's name. */
  async look(before: Held): Promise<Held> {
    const outside = await this.outside();
    const same = await this.run("told(look())").catch(() => undefined);
    if (same) return { ...(same as Told), ...outside, socket: true };
    if (outside.notebook === before.notebook) await this.reconnect();
    else await this.anotherKernel(before);
    return { ...((await this.run("told(look())")) as Told), ...outside, socket: false };
  }

  /** Runs a line of Python in the notebook; what it told. */
  async run(code: string): Promise<unknown> {
    const { result, error } = await (this.kernel as Kernel).run(code, { deadline });
    if (error) throw new Error(error.traceback);
    return result;
  }

  /** The process of the notebook server. */
  notebook(): number | undefined {
    const line = this.site.processes().find((p) => p.includes("jupyterhub-singleuser"));
    return line === undefined ? undefined : Number.parseInt(line, 10);
  }

  /** Whether the hub knows of a notebook server. */
  async hasServer(): Promise<boolean> {
    const { client, user: name } = this.session;
    const { body } = await client.api(`hub/api/users/${name}`);
    return Object.keys((body as { servers: object }).servers).length > 0;
  }

  async close(): Promise<void> {
    await this.kernel?.close().catch(() => {});
    await this.session.close().catch(() => {});
  }

  private async outside(): Promise<{ login: boolean; notebook: number | undefined }> {
    const { client, user } = this.session;
    const home = client.at("hub/home");
    const page = await fetch(home, {
      headers: { cookie: client.jar.header(home), connection: "close" },
      redirect: "manual",
    });
    return { login: page.status === 200 && (await page.text()).includes(user), notebook: this.notebook() };
  }

  private async newKernel(): Promise<Kernel> {
    const kernel = await Kernel.open(this.session.client, this.session.server);
    const { error } = await kernel.run(source, { deadline });
    if (error) throw new Error(error.traceback);
    return kernel;
  }

  private async reconnect(): Promise<void> {
    this.kernel = await Kernel.at(this.session.client, (this.kernel as Kernel).path);
  }

  private async anotherKernel(before: Held): Promise<void> {
    await this.session.startServer();
    this.kernel = await this.newKernel();
    await this.run(`held["cluster"] = ${JSON.stringify(before.cluster.name)}`);
  }
}

/** What is not there any more, or is another. */
export function lost(before: Held, after: Held): Holding[] {
  const [had, has] = [before.cluster, after.cluster];
  const workers = had.workers.filter((pid) => has.workers.includes(pid)).length;
  const one = workers > 0 && has.workers.length === had.workers.length;
  const same: Record<Holding, boolean> = {
    login: after.login,
    notebook: after.notebook === before.notebook,
    kernel: after.kernel === before.kernel && after.variable === before.variable,
    socket: after.socket,
    cluster: has.name === had.name && has.scheduler === had.scheduler,
    workers: workers === had.workers.length || one,
    worker: workers === had.workers.length || !one,
    futures: after.futures === true,
    published: has.published,
  };
  return (Object.keys(same) as Holding[]).filter((holding) => !same[holding]);
}
