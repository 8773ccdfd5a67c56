import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { scratchExpiry } from "../../constructs/kubernetes/objects/scratch-expiry";
import { PublicBucket } from "../kube/gateway/s3";
import { pythonEnvironment } from "../python-environment";

// What a CronJob on Kubernetes runs, against a real S3 endpoint whose objects are files of this machine, so that their age can be
// set and a local site's own program can go over the same tree.

const DAY = 86_400;
let store: PublicBucket;
let between: Between;
let programs: string;
let python: string;
const bucket = () => join(store.folder, "buckets", "scratch");

beforeAll(async () => {
  python = pythonEnvironment("catalog-clients", readFileSync(join(__dirname, "catalog-clients.txt"), "utf8"));
  programs = mkdtempSync(join(tmpdir(), "isthmus-expiry-"));
  for (const [name, text] of Object.entries(mounted())) writeFileSync(join(programs, name), text);
  store = await PublicBucket.start("scratch");
  between = await Between.start(store.endpoint);
});
afterAll(async () => {
  await between?.stop();
  await store?.stop();
  rmSync(programs, { recursive: true, force: true });
});
beforeEach(() => {
  rmSync(bucket(), { recursive: true });
  mkdirSync(bucket());
  between.reset();
});

/** The files that the CronJob mounts. */
function mounted(): Readonly<Record<string, string>> {
  const buckets = [{ name: "scratch", days: 7 }];
  const objects = scratchExpiry({
    ...{ namespace: "alps-services", pools: [], buckets, store: "path" as const, environment: {} },
    ...{ annotations: {}, storeKeys: null, mirrors: {} },
  });
  return objects.find(({ kind }) => kind === "ConfigMap")?.data as Readonly<Record<string, string>>;
}

/** Stands between the program and the store: writes down what is asked, and may refuse it or do something first. */
class Between {
  readonly asked: string[] = [];
  /** Called before a request goes on; an answer other than nothing is a refusal with that status. */
  first: (asked: string) => number | undefined = () => undefined;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(target: string): Promise<Between> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const made = new Between(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on("request", async (incoming: IncomingMessage, outgoing) => {
      const parts: Buffer[] = [];
      for await (const part of incoming) parts.push(part as Buffer);
      const { method, url = "/", headers } = incoming;
      const asked = `${method} ${decodeURIComponent(url)} ${Buffer.concat(parts).toString()}`;
      made.asked.push(asked);
      const refusal = made.first(asked);
      if (refusal !== undefined) {
        outgoing.writeHead(refusal).end();
        return;
      }
      const onward = request(`${target}${url}`, { method: method ?? "GET", headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.end(Buffer.concat(parts));
    });
    return made;
  }

  reset(): void {
    this.asked.length = 0;
    this.first = () => undefined;
  }

  /** Keys that were to be deleted, a list for each request. */
  deletions(): string[][] {
    return this.asked
      .filter((asked) => asked.startsWith("POST /scratch?delete"))
      .map((asked) => [...asked.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key));
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(() => done()));
  }
}

/** Writes objects that are so many days old. */
function write(daysAgo: number, ...keys: readonly string[]): void {
  for (const key of keys) {
    const file = join(bucket(), key);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "x");
    age(key, daysAgo);
  }
}

function age(key: string, daysAgo: number): void {
  const when = Date.now() / 1000 - daysAgo * DAY;
  utimesSync(join(bucket(), key), when, when);
}

/** Files below a folder. */
function left(folder = bucket()): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

interface Ended {
  readonly status: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Runs the job's program over the bucket: seven days, as the CronJob says it. */
async function expire(...flags: readonly string[]): Promise<Ended> {
  const env = {
    PATH: process.env.PATH ?? "",
    PYTHONDONTWRITEBYTECODE: "1",
    AWS_ENDPOINT_URL: between.url,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test-root",
    AWS_SECRET_ACCESS_KEY: "test-secret",
  };
  const child = spawn(python, [join(programs, "expire_bucket.py"), "scratch", "7", ...flags], { env });
  const told = { out: "", errors: "" };
  child.stdout.setEncoding("utf8").on("data", (part: string) => (told.out += part));
  child.stderr.setEncoding("utf8").on("data", (part: string) => (told.errors += part));
  const status = await new Promise<number | null>((done) => child.on("close", done));
  return { status, lines: told.out.trimEnd().split("\n"), errors: told.errors };
}

/** Stores of each kind, old and not so old, and other objects. */
function tree(): void {
  write(30, "ann/old.zarr/zarr.json", "ann/old.zarr/t/zarr.json", "ann/old.zarr/t/c/0/0", "ann/old.zarr/t/c/0/1");
  write(30, "ann/young.zarr/zarr.json", "ann/young.zarr/t/zarr.json", "ann/young.zarr/t/c/0/0");
  write(1, "ann/young.zarr/t/c/0/1");
  write(30, "bo/two/.zgroup", "bo/two/.zmetadata", "bo/two/t/.zarray", "bo/two/t/0.0");
  write(30, "bo/ice/repo", "bo/ice/snapshots/S", "bo/ice/manifests/M", "bo/ice/chunks/C");
  write(30, "bo/ice-1/refs/branch.main/ref.json", "bo/ice-1/snapshots/S");
  write(2, "bo/ice-1/chunks/C");
  write(8, "bo/a b/ü.csv", "bo/snapshots/mine.txt", "top.csv");
  write(6, "bo/a b/kept.csv", "repo");
}

const kept = [
  ...["ann/young.zarr/t/c/0/0", "ann/young.zarr/t/c/0/1", "ann/young.zarr/t/zarr.json", "ann/young.zarr/zarr.json"],
  ...["bo/a b/kept.csv", "bo/ice-1/chunks/C", "bo/ice-1/refs/branch.main/ref.json", "bo/ice-1/snapshots/S", "repo"],
];

test("a store goes whole when nothing in it is young, other objects one by one; a local site's program leaves the same", async () => {
  tree();
  const copy = join(store.folder, "copy");
  cpSync(bucket(), copy, { recursive: true, preserveTimestamps: true });
  const kit = join(__dirname, "../../charts/hpc-site/kit");
  const local = spawnSync(
    process.env.ISTHMUS_PYTHON ?? "python3",
    [
      "-B",
      "-c",
      "import sys, time; sys.path.insert(0, sys.argv[1]); import expiry; expiry.expire(sys.argv[2], 7, time.time())",
    ].concat(kit, copy),
    { encoding: "utf8" },
  );
  expect(local.stderr).toBe("");
  const { status, lines, errors } = await expire();
  expect(errors).toBe("");
  expect(status).toBe(0);
  expect(left()).toEqual(kept);
  expect(left(copy)).toEqual(kept);
  rmSync(copy, { recursive: true });
  expect(lines).toEqual([
    "scratch/ann/old.zarr/: expires, 4 objects",
    "scratch/bo/ice/: expires, 4 objects",
    "scratch/bo/two/: expires, 4 objects",
    "scratch: 15 objects expired after 7 days",
  ]);
});

test("nothing goes in a dry run, which tells what would", async () => {
  tree();
  const before = left();
  const { status, lines } = await expire("--dry-run");
  expect(status).toBe(0);
  expect(left()).toEqual(before);
  expect(between.deletions()).toEqual([]);
  expect(lines).toContain("scratch/ann/old.zarr/: would expire, 4 objects");
  expect(lines.at(-1)).toBe("scratch: 15 objects would expire after 7 days");
});

test("a reader finds no store rather than a hollow one: its metadata are gone before the first chunk is asked for", async () => {
  write(30, "x.zarr/a/c/0", "x.zarr/t/c/0", "x.zarr/t/zarr.json", "x.zarr/a/zarr.json", "x.zarr/zarr.json");
  expect((await expire()).status).toBe(0);
  expect(between.deletions()).toEqual([
    ["x.zarr/zarr.json", "x.zarr/a/zarr.json", "x.zarr/t/zarr.json"],
    ["x.zarr/a/c/0", "x.zarr/t/c/0"],
  ]);
  write(30, "x.zarr/zarr.json", "x.zarr/a/c/0");
  between.reset();
  between.first = (asked) => (asked.startsWith("POST") ? 403 : undefined);
  const refused = await expire();
  expect(refused.status).not.toBe(0);
  expect(refused.errors).toContain("403");
  expect(left()).toEqual(["x.zarr/a/c/0", "x.zarr/zarr.json"]);
  expect(between.deletions()).toHaveLength(1);
});

test("a listing that breaks off deletes nothing, however much of it was read", async () => {
  write(30, "old.zarr/zarr.json", ...Array.from({ length: 1100 }, (_, i) => `old.zarr/t/c/${i}`));
  const pages = () => between.asked.filter((asked) => asked.startsWith("GET /scratch?")).length;
  between.first = (asked) => (asked.startsWith("GET") && pages() === 2 ? 403 : undefined);
  const { status } = await expire();
  expect(status).not.toBe(0);
  expect(pages()).toBe(2);
  expect(left()).toHaveLength(1101);
  between.reset();
  expect((await expire()).lines.at(-1)).toBe("scratch: 1101 objects expired after 7 days");
  expect(left()).toEqual([]);
});

test("a store that is written to while the others are looked at stays", async () => {
  write(30, "old.zarr/zarr.json", "old.zarr/t/c/0");
  between.first = (asked) => {
    if (asked.includes("prefix=old.zarr/")) age("old.zarr/t/c/0", 0);
    return undefined;
  };
  const { status, lines } = await expire();
  expect(status).toBe(0);
  expect(lines[0]).toBe("scratch/old.zarr/: written to meanwhile, it stays");
  expect(left()).toHaveLength(2);
});
