import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../until";
import { watch } from "../api";
import type { Cluster } from "../cluster";
import { kubeconfigText } from "../control-plane";
import { Program } from "../program";
import { environmentOf, expand } from "./environment";
import { type Container, nameOf, type Pod } from "./pod";
import type { Services } from "./services";
import { Sources } from "./sources";
import { mountsOf, rewritePaths, writeVolumes } from "./volumes";

/** A container that is about to run as a process: everything as its pod says, paths as they are on this machine. */
export interface Run {
  readonly pod: Pod;
  readonly container: Container;
  readonly podIP: string;
  /** Command and arguments of the container; empty where it relies on its image. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Folder of the process, gone with the pod. */
  readonly folder: string;
  /** The path on this machine of a path in the container. */
  path(inContainer: string): string;
}

/** Which containers run, and as what. The first rule that fits counts; a container without one stays simulated. */
export interface Rule {
  readonly image: RegExp;
  /** Name of the container; any where there is none. */
  readonly container?: string;
  /** The program in place of the image's; default: the container's own command and arguments. */
  readonly program?: (run: Run) => {
    readonly argv: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  };
}

const GRACE_SECONDS = 5;

/**
 * Runs a local program for each pod of the chosen images on simulated nodes: with the pod's environment, arguments,
 * volumes, service account (by KUBECONFIG) and address; ends it when the pod goes, and tells the pod when it ends.
 */
export class PodRunner {
  private readonly running = new Map<string, Program>();
  private readonly started = new Set<string>();
  private readonly failures: string[] = [];
  private readonly stopped = new AbortController();
  private watching: Promise<void> = Promise.resolve();

  private constructor(
    private readonly cluster: Cluster,
    private readonly rules: readonly Rule[],
    private readonly services: Services | undefined,
  ) {}

  /**
   * Starts to watch; ends with its cluster at the latest.
   *
   * @param services lets programs find each other by the names and variables of Services
   */
  static start(cluster: Cluster, rules: readonly Rule[], services?: Services): PodRunner {
    const runner = new PodRunner(cluster, rules, services);
    runner.watching = runner.follow();
    cluster.beforeStop(() => runner.stop());
    return runner;
  }

  /** The process of a pod, once it runs. */
  process(namespace: string, pod: string, container?: string): Program | undefined {
    const start = `${namespace}/${pod}/${container ?? ""}`;
    return [...this.running].find(([key]) => key.startsWith(start))?.[1];
  }

  /** Waits for the process of a pod. */
  waitFor(namespace: string, pod: string, seconds = 120): Promise<Program> {
    return until(
      `a process for ${namespace}/${pod}`,
      seconds,
      () => this.process(namespace, pod),
      () => this.report(),
    );
  }

  /** What runs, how each process ended, what could not start. */
  report(): string {
    const lines = [...this.running].map(([key, program]) => `${key}: ${program.result ?? "runs"}\n${program.tail(5)}`);
    return [...lines, ...this.failures].join("\n");
  }

  /** Ends all processes. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await this.watching;
    await Promise.all([...this.running.values()].map((program) => program.stop()));
  }

  private async follow(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      try {
        for await (const { type, object } of watch<Pod>(this.cluster.endpoint, "/api/v1/pods", this.stopped.signal)) {
          if (type === "DELETED" || object.metadata?.deletionTimestamp) void this.end(object);
          else if (type === "ADDED" || type === "MODIFIED") await this.consider(object);
        }
      } catch (error) {
        if (!this.stopped.signal.aborted) this.failures.push(`watching pods: ${error}`);
        await new Promise((done) => setTimeout(done, 200)); // then watch again
      }
    }
  }

  private async consider(pod: Pod): Promise<void> {
    if (pod.status.phase !== "Running" || !pod.status.podIP) return;
    for (const container of pod.spec.containers) {
      const rule = this.rules.find(
        (one) => one.image.test(container.image) && (one.container ?? container.name) === container.name,
      );
      const key = `${nameOf(pod)}/${container.name}`;
      if (!rule || this.started.has(`${key}/${pod.metadata.uid}`)) continue;
      this.started.add(`${key}/${pod.metadata.uid}`);
      try {
        this.launch(key, await this.prepare(pod, container), rule);
      } catch (error) {
        this.failures.push(`${key} did not start: ${error instanceof Error ? error.message : error}`);
      }
    }
  }

  private async prepare(pod: Pod, container: Container): Promise<Run> {
    const folder = this.folderOf(pod);
    mkdirSync(folder, { recursive: true });
    const sources = new Sources(this.cluster, pod);
    const places = await writeVolumes(pod, folder, join(this.cluster.folder, "claims"), sources);
    const mounts = mountsOf(container, places);
    const podIP = pod.status.podIP ?? "";
    const { namespace } = pod.metadata;
    const resolved = (text: string) => this.services?.resolve(text, namespace) ?? text;
    const here = (text: string) => onlyHere(resolved(rewritePaths(text, mounts)), podIP);
    const links = pod.spec.enableServiceLinks === false ? {} : this.services?.variables(namespace);
    const env = { ...links, ...(await environmentOf(pod, container, sources)) };
    const argv = [...(container.command ?? []), ...(container.args ?? [])].map((text) => here(expand(text, env)));
    const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, here(value)]));
    const kubeconfig = await this.account(pod, folder, sources);
    return {
      pod,
      container,
      podIP,
      argv,
      env: { ...own, ...kubeconfig },
      folder,
      path: (path) => rewritePaths(path, mounts),
    };
  }

  /** Who the process is to the API server: its pod's service account, unless the pod wants no token. */
  private async account(pod: Pod, folder: string, sources: Sources): Promise<Readonly<Record<string, string>>> {
    if (pod.spec.automountServiceAccountToken === false) return {};
    const path = join(folder, "kubeconfig");
    const endpoint = { ...this.cluster.endpoint, token: await sources.token() };
    writeFileSync(path, kubeconfigText(endpoint, pod.metadata.namespace), { mode: 0o600 });
    return { KUBECONFIG: path };
  }

  private launch(key: string, run: Run, rule: Rule): void {
    const chosen = rule.program?.(run) ?? { argv: run.argv };
    if (!chosen.argv[0]) throw new Error("neither the container nor its rule says what to run");
    const options = { name: key.replaceAll("/", "."), argv: chosen.argv, folder: this.cluster.folder };
    const program = new Program({ ...options, env: { ...run.env, ...chosen.env }, cwd: run.folder });
    this.running.set(key, program);
    void program.ended.then((result) => this.tell(run, result));
  }

  /** Ends a pod's processes, as its deletion does, and what only they needed. */
  private async end(pod: Pod): Promise<void> {
    const grace = Math.min(pod.spec.terminationGracePeriodSeconds ?? GRACE_SECONDS, GRACE_SECONDS);
    for (const { name } of pod.spec.containers) {
      const key = `${nameOf(pod)}/${name}`;
      const program = this.running.get(key);
      if (!program) continue;
      this.running.delete(key);
      await program.stop(grace);
    }
    rmSync(this.folderOf(pod), { recursive: true, force: true });
  }

  /** By uid, since a pod of a StatefulSet comes again under its name. */
  private folderOf(pod: Pod): string {
    return join(this.cluster.folder, "pods", `${pod.metadata.namespace}.${pod.metadata.name}.${pod.metadata.uid}`);
  }

  /** Shows the end of a process in its pod's status, where controllers look for it. */
  private async tell({ pod, container }: Run, result: number | string): Promise<void> {
    if (this.stopped.signal.aborted || !this.running.has(`${nameOf(pod)}/${container.name}`)) return;
    const exitCode = typeof result === "number" ? result : 137;
    const terminated = { exitCode, reason: exitCode === 0 ? "Completed" : "Error" };
    const state = {
      name: container.name,
      image: container.image,
      imageID: "",
      ready: false,
      restartCount: 0,
      state: { terminated },
    };
    const over = pod.spec.restartPolicy !== "Always" && pod.spec.containers.length === 1;
    const phase = over ? { phase: exitCode === 0 ? "Succeeded" : "Failed" } : {};
    const conditions = [
      { type: "Ready", status: "False" },
      { type: "ContainersReady", status: "False" },
    ];
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/status`;
    const status = { ...phase, conditions, containerStatuses: [state] };
    const patch = "application/strategic-merge-patch+json";
    await this.cluster
      .ask("PATCH", path, { metadata: { uid: pod.metadata.uid }, status }, patch)
      .catch((error: Error) => {
        if (!this.stopped.signal.aborted)
          this.failures.push(`${nameOf(pod)} ended with ${result}, and its pod could not be told: ${error.message}`);
      });
  }
}

/** A program that would listen on every address listens on its pod's. */
function onlyHere(text: string, podIP: string): string {
  return text.replaceAll("0.0.0.0", podIP).replaceAll("[::]", podIP);
}
