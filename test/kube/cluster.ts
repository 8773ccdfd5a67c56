import { spawn } from "node:child_process";
import { until } from "../until";
import { type Answer, ask, type Condition, type Endpoint, type Manifest } from "./api";
import { startControlPlane } from "./control-plane";
import { ownFolder, removeAll, removeLeftovers } from "./leftovers";
import { OWNER, processesOf } from "./marks";
import { addRoute, type Ranges, UNROUTED } from "./network";
import { nodesOf, type Pool, type Taint } from "./nodes";
import type { Program } from "./program";
import { tool, toolsReady } from "./tools/tools";

export interface ClusterOptions {
  readonly pools?: readonly Pool[];
  /** Names of schedulers beside the default one; they pack nodes, as JupyterHub's user scheduler does. */
  readonly schedulers?: readonly string[];
  /** Whether addresses of pods and Services can answer on this machine; needs what `missingPodNetwork` says. Default false. */
  readonly podNetwork?: boolean;
}

/** How a command ended. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A real control plane with simulated nodes, in a folder of its own, on free ports of loopback: several may run side by
 * side. Pods on its nodes become Running, Jobs complete, claims get volumes and load balancers an address, but no
 * container runs.
 */
export class Cluster {
  private readonly ends: (() => Promise<void>)[] = [];

  private constructor(
    readonly folder: string,
    readonly endpoint: Endpoint,
    readonly kubeconfig: string,
    readonly programs: readonly Program[],
  ) {}

  /** Starts a cluster and waits until its nodes are ready; what killed runs left behind is removed first. */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    await toolsReady();
    removeLeftovers();
    const folder = ownFolder();
    try {
      const ranges = options.podNetwork ? routed(folder) : UNROUTED;
      const plane = await startControlPlane({ folder, ranges, schedulers: options.schedulers ?? [] });
      const cluster = new Cluster(folder, plane.endpoint, plane.kubeconfig, plane.programs);
      await cluster.ready(options.pools ?? []);
      return cluster;
    } catch (error) {
      removeAll(folder);
      throw error;
    }
  }

  /** Ends everything that belongs to the cluster and removes its folder. */
  async stop(): Promise<void> {
    try {
      for (const end of this.ends.reverse()) await end();
    } finally {
      await Promise.all(this.programs.map((program) => program.stop()));
      removeAll(this.folder);
    }
  }

  /** Has something ended before the cluster is. */
  beforeStop(end: () => Promise<void>): void {
    this.ends.push(end);
  }

  /** Ids of all its processes. */
  processes(): readonly number[] {
    return processesOf(this.folder);
  }

  /** Runs kubectl; `input` goes to its standard input. */
  tryKubectl(args: readonly string[], input?: string): Promise<Outcome> {
    return this.run(tool("kubectl"), args, input);
  }

  /** Runs kubectl, which must succeed; returns what it printed. */
  async kubectl(args: readonly string[], input?: string): Promise<string> {
    return succeeded("kubectl", args, await this.tryKubectl(args, input));
  }

  /** Runs Helm. */
  tryHelm(args: readonly string[], input?: string): Promise<Outcome> {
    return this.run(tool("helm"), args, input);
  }

  /** Runs Helm, which must succeed; returns what it printed. */
  async helm(args: readonly string[], input?: string): Promise<string> {
    return succeeded("helm", args, await this.tryHelm(args, input));
  }

  /** Adds nodes and waits until they are ready, and the controllers have taken the taint off that every new node has. */
  async addPools(pools: readonly Pool[]): Promise<void> {
    const nodes = nodesOf(pools);
    for (const node of nodes) await this.ask("POST", "/api/v1/nodes", node);
    for (const { metadata } of nodes) {
      const path = `/api/v1/nodes/${metadata.name}`;
      await this.waitFor(path, "Ready");
      await this.until(`${metadata.name} takes pods`, path, (node) => node && !isNew(node));
    }
  }

  /**
   * Applies objects server-side, as one manager, with the server's own check of every field.
   *
   * @param dryRun admission and validation only
   */
  async apply(objects: readonly Manifest[], dryRun = false): Promise<string> {
    return succeeded("kubectl", ["apply"], await this.tryApply(objects, dryRun));
  }

  /** The same, whatever comes of it. */
  tryApply(objects: readonly Manifest[], dryRun = false): Promise<Outcome> {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    const args = ["apply", "--server-side", "--field-manager=test", "--validate=strict", "-f", "-"];
    return this.tryKubectl(dryRun ? [...args, "--dry-run=server"] : args, list);
  }

  /** One request to the API, which must not be refused. */
  async ask(method: string, path: string, body?: unknown, type?: string): Promise<Answer> {
    const answer = await ask(this.endpoint, method, path, body, type);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return answer;
  }

  /** The object at a path; nothing where there is none. */
  async get<T = Manifest>(path: string): Promise<T | undefined> {
    const { status, body } = await ask(this.endpoint, "GET", path);
    if (status === 404) return undefined;
    if (status >= 400) throw new Error(`GET ${path}: ${status} ${body}`);
    return JSON.parse(body) as T;
  }

  /** The objects of a list. */
  async list<T = Manifest>(path: string): Promise<readonly T[]> {
    const list = await this.get<{ readonly items: readonly T[] }>(path);
    if (!list) throw new Error(`the API has no ${path}`);
    return list.items;
  }

  /** Waits until an object has a condition; a failure shows the object's status and the latest events. */
  async waitFor(path: string, condition: string, seconds = 120): Promise<Manifest> {
    const has = (object: Manifest | undefined) =>
      conditionsOf(object).some((c) => c.type === condition && c.status === "True");
    return this.until(`${path} is ${condition}`, path, (object) => has(object) && object, seconds);
  }

  /** Waits until the object at a path gives an answer; a failure shows the object's status and the latest events. */
  async until<T>(
    what: string,
    path: string,
    probe: (object: Manifest | undefined) => T | undefined | false,
    seconds = 120,
  ): Promise<T> {
    const told = async () => {
      const status = (await this.get(path))?.status;
      return `its status: ${JSON.stringify(status) ?? "there is no such object"}\n${await this.events()}`;
    };
    return until(what, seconds, async () => probe(await this.get(path)), told);
  }

  /** The latest events, one a line. */
  async events(): Promise<string> {
    const { stdout } = await this.tryKubectl(["events", "--all-namespaces", "--no-headers"]);
    return stdout.trimEnd().split("\n").slice(-15).join("\n");
  }

  private async ready(pools: readonly Pool[]): Promise<void> {
    await this.addPools(pools);
    // Made by the controllers; pods are refused until it is there.
    await this.until("the controllers run", "/api/v1/namespaces/default/serviceaccounts/default", (account) => account);
  }

  private run(command: string, args: readonly string[], input?: string): Promise<Outcome> {
    const env = {
      PATH: process.env.PATH ?? "",
      HOME: this.folder,
      KUBECONFIG: this.kubeconfig,
      [OWNER]: this.folder,
    };
    return new Promise((done, fail) => {
      const child = spawn(command, args, { cwd: this.folder, env });
      const told = { stdout: "", stderr: "" };
      child.stdout.setEncoding("utf8").on("data", (part: string) => (told.stdout += part));
      child.stderr.setEncoding("utf8").on("data", (part: string) => (told.stderr += part));
      child.on("error", fail);
      child.on("close", (status) => done({ status, ...told }));
      child.stdin.on("error", () => undefined); // it ended without reading
      child.stdin.end(input);
    });
  }
}

function isNew({ spec }: Manifest): boolean {
  const { taints } = spec as { taints?: readonly Taint[] };
  return taints?.some(({ key }) => key === "node.kubernetes.io/not-ready") ?? false;
}

function conditionsOf(object: Manifest | undefined): readonly Condition[] {
  const status = object?.status as { conditions?: readonly Condition[] } | undefined;
  return status?.conditions ?? [];
}

function succeeded(name: string, args: readonly string[], { status, stdout, stderr }: Outcome): string {
  if (status !== 0) throw new Error(`${name} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

function routed(folder: string): Ranges {
  const route = addRoute(folder);
  if ("missing" in route) throw new Error(route.missing);
  return route;
}
