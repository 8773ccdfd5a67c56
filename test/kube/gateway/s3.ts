import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "../../../bin/engine/cache";
import { cached } from "../../cache";
import { freePort } from "../../free-ports";
import { until } from "../../until";
import { Program } from "../program";
import { findGo } from "../tools/go";

const VERSION = "1.8.0"; // as local sites have it
const kit = join(__dirname, "../../../charts/hpc-site/kit");

/** A real S3 endpoint on a free port of loopback, with one bucket that everybody may read and list, and nobody write. */
export class PublicBucket {
  private constructor(
    readonly folder: string,
    /** `http://127.0.0.1:PORT`. */
    readonly endpoint: string,
    private readonly program: Program,
  ) {}

  static async start(bucket: string): Promise<PublicBucket> {
    const folder = mkdtempSync(join(tmpdir(), "isthmus-s3-"));
    mkdirSync(join(folder, "buckets", bucket), { recursive: true });
    mkdirSync(join(folder, "iam"));
    const at = `127.0.0.1:${await freePort()}`;
    const env = { ROOT_ACCESS_KEY: "test-root", ROOT_SECRET_KEY: "test-secret" };
    const flags = ["--iam-dir", join(folder, "iam"), "--health", "/healthz", "--keep-alive", "--quiet"];
    const argv = [versitygw(), "--port", at, ...flags, "posix", join(folder, "buckets")];
    const started = new PublicBucket(folder, `http://${at}`, new Program({ name: "s3", argv, folder, env }));
    try {
      await until(
        "the S3 endpoint answers",
        60,
        async () => (await fetch(`http://${at}/healthz`).catch(() => undefined))?.ok,
        () => started.program.tail(),
      );
      started.request("PUT", `/${bucket}`, "policy=", JSON.stringify(publicPolicy(bucket)));
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  /** Writes objects by their paths (`/BUCKET/KEY`). */
  put(objects: ReadonlyMap<string, Buffer>): void {
    this.python(
      "for path, text in json.load(sys.stdin).items(): call('PUT', path, '', base64.b64decode(text))",
      JSON.stringify(Object.fromEntries([...objects].map(([path, bytes]) => [path, bytes.toString("base64")]))),
    );
  }

  remove(path: string): void {
    this.request("DELETE", path, "", "");
  }

  async stop(): Promise<void> {
    await this.program.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private request(method: string, path: string, query: string, body: string): void {
    this.python(
      `call(${[method, path, query].map((text) => JSON.stringify(text)).join()}, sys.stdin.read().encode())`,
      body,
    );
  }

  /** Signed requests, as a local site's kit makes them. */
  private python(what: string, input: string): void {
    const code = `import base64, json, sys
sys.path.insert(0, ${JSON.stringify(kit)})
from s3 import Endpoint, request
at = Endpoint(${JSON.stringify(this.endpoint)}, "us-east-1", "test-root", "test-secret")
def call(*words):
    status, told = request(at, *words)
    if status >= 300: sys.exit(f"{words[:3]}: {status} {told}")
${what}
`;
    execFileSync(process.env.ISTHMUS_PYTHON ?? "python3", ["-B", "-c", code], {
      input,
      stdio: ["pipe", "inherit", "inherit"],
    });
  }
}

function publicPolicy(bucket: string): object {
  const arn = `arn:aws:s3:::${bucket}`;
  const allow = (action: string, resource: string) => ({
    Effect: "Allow",
    Principal: { AWS: ["*"] },
    Action: [action],
    Resource: [resource],
  });
  return { Version: "2012-10-17", Statement: [allow("s3:GetObject", `${arn}/*`), allow("s3:ListBucket", arn)] };
}

/** The S3 gateway that a local site of this machine has built, else one that is built here, once. */
function versitygw(): string {
  const built = join(cacheDirectory(), "versitygw", VERSION, "versitygw");
  if (existsSync(built)) return built;
  const folder = cached(`versitygw-${VERSION}`, (place) => {
    const found = findGo();
    if ("missing" in found) throw new Error(found.missing);
    const env = { ...process.env, CGO_ENABLED: "0", GOBIN: place, GOWORK: "off" };
    const args = ["install", `github.com/versity/versitygw/cmd/versitygw@v${VERSION}`];
    const { status, stderr } = spawnSync(found.go, args, { env, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  });
  return join(folder, "versitygw");
}
