import { execFile } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { loadFederation } from "../../../config/load";
import type { BundleManifest } from "../../../constructs/hpc/bundle";
import { writeStore } from "../../small-store";
import { demoElsewhere, isthmus, isthmusOk, killAllOf, program } from "../demo/federation";
import { type KitStatus, Site } from "../hpc-site/kit";
import { askAnew } from "../hpc-site/watch";
import type { Way } from "./matrix";
import { User } from "./user";

/** The demo's east with one dataset, up, and a user with a notebook server. */
export class DemoSite {
  private constructor(
    private readonly folder: string,
    readonly kit: Site,
    readonly user: User,
    /** Where each way in is asked. */
    readonly urls: Readonly<Record<Way, string>>,
  ) {}

  static async start(): Promise<DemoSite> {
    const folder = await demoElsewhere();
    try {
      isthmusOk(folder, "up", "east");
      return await DemoSite.enter(folder);
    } catch (error) {
      remove(folder);
      throw error;
    }
  }

  private static async enter(folder: string): Promise<DemoSite> {
    const east = loadFederation(join(folder, "federation.yaml")).federation?.sites.find((s) => s.id === "east");
    const hub = east?.provider === "hpc" ? east.hubs[0] : undefined;
    if (east?.provider !== "hpc" || !hub) throw new Error("the demo has no east with a hub");
    const root = join(folder, ".isthmus/demo/east");
    const x = { dimensions: ["x"], shape: [3], data: [1, 2, 3] };
    await writeStore(join(root, "buckets/demo-east-library/hadcm3/a1b"), 3, { arrays: { x } });
    const kit = new Site(root, join(root, "current/base"));
    const { stdout } = await kit.call("credentials", "--id", "prod", "--json");
    const { password } = JSON.parse(stdout) as { password: string };
    const user = await User.signIn(kit, hub.url, { user: "ada", secret: { password } });
    await user.session.startServer();
    return new DemoSite(folder, kit, user, {
      data: `${east.url}/zarr/hadcm3-a1b.zarr/zarr.json`,
      s3: `${east.s3.endpoint}/demo-east-library/hadcm3/a1b/zarr.json`,
      hub: `${hub.url}hub/api`,
      notebook: new URL(`${user.session.server}api`, hub.url).href,
      dask: `${hub.url}services/dask-gateway/api/health`,
    });
  }

  /** Runs `isthmus up` while this process goes on. */
  async up(): Promise<void> {
    await promisify(execFile)(process.execPath, [program, "up", "east"], { cwd: this.folder });
  }

  supervisor(): number {
    return Number(readFileSync(join(this.kit.root, "run/supervisord.pid"), "utf8"));
  }

  async pidOf(name: string): Promise<number | null | undefined> {
    return (await this.kit.pids())[name];
  }

  /** Whether the supervisor has every program running and well. */
  async programsAreWell(): Promise<boolean> {
    const { programs }: KitStatus = await this.kit.status();
    return programs.every((p) => p.state === "RUNNING" && p.health !== "down");
  }

  /** What every program answers that can be asked for its health. */
  async healthStatuses(): Promise<number[]> {
    const manifests = ["base", "prod"].map((id) => join(this.kit.root, "current", id, "bundle.json"));
    const programs = manifests.flatMap((path) => (JSON.parse(readFileSync(path, "utf8")) as BundleManifest).programs);
    const urls = programs.flatMap(({ health }) => (health ? [health.url] : []));
    return Promise.all(urls.map(async (url) => (await askAnew(url)).status));
  }

  /** Where clusters and their workers work. */
  clusterDirectory(name: string): string {
    return join(this.kit.root, "run/prod-dask", name);
  }

  /** How long each log is. */
  logs(): ReadonlyMap<string, number> {
    const directory = join(this.kit.root, "log");
    return new Map(readdirSync(directory).map((name) => [join(directory, name), statSync(join(directory, name)).size]));
  }

  /** What logs got since then. */
  newLines(since: ReadonlyMap<string, number>): string[] {
    const grown = [...this.logs()].filter(([path, size]) => size > (since.get(path) ?? 0));
    return grown.flatMap(([path]) =>
      readFileSync(path, "latin1")
        .slice(since.get(path) ?? 0)
        .split("\n"),
    );
  }

  async end(): Promise<void> {
    await this.user.close();
    remove(this.folder);
  }
}

function remove(folder: string): void {
  isthmus(folder, "down", "--yes");
  killAllOf(folder);
  rmSync(folder, { recursive: true, force: true });
}
