import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { packageRoot } from "../../config/package-root";
import { pythonEnvironment } from "../python-environment";

/** Compiled or not, the programs lie in the sources. */
const here = join(packageRoot(), "test/aws");

/** Environment of a program that shall use a local AWS API as its only account. */
export function environmentFor(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

/** A local AWS API in a process of its own (`fake_aws.py`), with everything that an account has in memory. */
export class FakeAws {
  private constructor(
    /** `http://127.0.0.1:PORT`, without a slash at the end. */
    readonly url: string,
    private readonly server: ChildProcess,
  ) {}

  /** Starts one of an account on a free port of this machine's loopback. */
  static async start(account: string): Promise<FakeAws> {
    const python = pythonEnvironment("moto", readFileSync(join(here, "moto.txt"), "utf8"));
    const server = spawn(python, [join(here, "fake_aws.py"), "0"], {
      env: { ...process.env, MOTO_ACCOUNT_ID: account, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" },
      stdio: ["ignore", "pipe", "ignore"], // a line a request
    });
    const lines = createInterface({ input: server.stdout as NodeJS.ReadableStream });
    const first = await Promise.race([once(lines, "line"), once(server, "exit").then(() => undefined)]);
    if (!first) throw new Error("the local AWS API did not start");
    return new FakeAws(String(first[0]), server);
  }

  /** Environment of a program that shall use it. */
  get environment(): Record<string, string> {
    return environmentFor(this.url);
  }

  /** A request as somebody without an account makes it. */
  anonymous(path: string): Promise<Response> {
    return fetch(`${this.url}${path}`);
  }

  /** A request to a bucket of a region as the account itself makes it. */
  async signed(method: string, path: string, region: string, body?: string): Promise<string> {
    const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/s3/aws4_request, SignedHeaders=host, Signature=0`;
    const request = { method, headers: { authorization }, ...(body === undefined ? {} : { body }) };
    const response = await fetch(`${this.url}${path}`, request);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text;
  }

  /** Credentials of another account, as environment. */
  async credentialsOf(account: string): Promise<Record<string, string>> {
    const authorization =
      "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0";
    const RoleArn = `arn:aws:iam::${account}:role/somebody`;
    const body = new URLSearchParams({ Action: "AssumeRole", Version: "2011-06-15", RoleArn, RoleSessionName: "test" });
    const response = await fetch(this.url, { method: "POST", headers: { authorization }, body });
    const text = await response.text();
    const field = (name: string) => new RegExp(`<${name}>([^<]+)`).exec(text)?.[1] ?? "";
    return {
      AWS_ACCESS_KEY_ID: field("AccessKeyId"),
      AWS_SECRET_ACCESS_KEY: field("SecretAccessKey"),
      AWS_SESSION_TOKEN: field("SessionToken"),
    };
  }

  async stop(): Promise<void> {
    if (this.server.exitCode !== null) return;
    const ended = once(this.server, "exit");
    this.server.kill();
    await ended;
  }
}
