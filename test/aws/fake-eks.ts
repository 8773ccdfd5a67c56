import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { packageRoot } from "../../config/package-root";
import { pythonEnvironment } from "../python-environment";
import { environmentFor } from "./fake-aws";

/** Compiled or not, the programs lie in the sources. */
const here = join(packageRoot(), "test/aws");

/** How long (ms) it may take to answer, on a busy machine. */
const startDeadline = 120_000;

/** A local AWS API that knows EKS (`fake_eks.py`), in a process of its own, with everything that an account has in memory. */
export class FakeEks {
  private constructor(
    /** `http://127.0.0.1:PORT`, without a slash at the end. */
    readonly url: string,
    private readonly region: string,
    private readonly server: ChildProcess,
  ) {}

  /** Starts one of an account on a free port of this machine's loopback, and waits until it answers. */
  static async start(account: string, region: string): Promise<FakeEks> {
    const python = pythonEnvironment("ministack", readFileSync(join(here, "ministack.txt"), "utf8"));
    const server = spawn(python, [join(here, "fake_eks.py")], {
      env: { ...process.env, MINISTACK_ACCOUNT_ID: account, MINISTACK_REGION: region },
      stdio: ["ignore", "pipe", "ignore"], // a line a request
    });
    const lines = createInterface({ input: server.stdout as NodeJS.ReadableStream });
    const first = await Promise.race([once(lines, "line"), once(server, "exit").then(() => undefined)]);
    if (!first) throw new Error("the local AWS API did not start");
    const aws = new FakeEks(String(first[0]), region, server);
    await aws.ready();
    return aws;
  }

  private async ready(): Promise<void> {
    const end = Date.now() + startDeadline;
    const answers = () =>
      fetch(`${this.url}/_ministack/health`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await answers())) {
      if (this.server.exitCode === null && Date.now() < end) await delay(100);
      else {
        await this.stop();
        throw new Error("the local AWS API does not answer");
      }
    }
  }

  /** Environment of a program that shall use it. */
  get environment(): Record<string, string> {
    return environmentFor(this.url);
  }

  /** A request to a service as the account itself makes it: its answer's text. */
  async request(service: string, method: string, path: string, body = "", headers = {}): Promise<string> {
    const authorization = `AWS4-HMAC-SHA256 Credential=test/20260101/${this.region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
    const sent = { method, headers: { authorization, ...headers }, ...(body === "" ? {} : { body }) };
    const response = await fetch(`${this.url}${path}`, sent);
    const text = await response.text();
    if (!response.ok) throw new Error(`${service} ${method} ${path}: ${response.status} ${text}`);
    return text;
  }

  /** An action of a service that takes forms. */
  action(service: "ec2" | "iam" | "autoscaling", name: string, parameters: Readonly<Record<string, string>> = {}) {
    const form = new URLSearchParams({ Action: name, ...parameters }).toString();
    return this.request(service, "POST", "/", form, { "content-type": "application/x-www-form-urlencoded" });
  }

  /** An action of a service that takes JSON. */
  async json(service: string, target: string, body: object = {}): Promise<unknown> {
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
    return JSON.parse(await this.request(service, "POST", "/", JSON.stringify(body), headers));
  }

  async eks<T>(path: string, body?: object): Promise<T> {
    const [method, text] = body ? ["POST", JSON.stringify(body)] : ["GET", ""];
    return JSON.parse(await this.request("eks", method, path, text)) as T;
  }

  async stop(): Promise<void> {
    if (this.server.exitCode !== null || this.server.signalCode !== null) return;
    const ended = once(this.server, "exit");
    this.server.kill();
    await ended;
  }
}
