import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compareCopy } from "../../bin/catalog/copies";
import { readObject } from "../../bin/catalog/http";
import { PublicBucket } from "../kube/gateway/s3";
import { pythonEnvironment } from "../python-environment";
import { temperature, writeStore } from "../small-store";

// The program of a computing centre's base that fetches copies: from a real S3 endpoint into the directory of another one.

const hpcSite = join(__dirname, "../../charts/hpc-site");
let source: PublicBucket;
let own: PublicBucket;
let root: string;
let python: string;
let between: Server;
/** Called before a request goes on to the source; a status refuses it. */
let first: (asked: string) => number | undefined = () => undefined;

beforeAll(async () => {
  python = pythonEnvironment("copies", readFileSync(join(hpcSite, "locks/copies.txt"), "utf8"));
  root = mkdtempSync(join(tmpdir(), "isthmus-copies-"));
  source = await PublicBucket.start("library");
  own = await PublicBucket.start("copies");
  between = createServer(async (incoming, outgoing) => {
    const refusal = first(decodeURIComponent(incoming.url ?? "/"));
    if (refusal !== undefined) return void outgoing.writeHead(refusal).end();
    const { "if-match": match } = incoming.headers;
    const answer = await fetch(`${source.endpoint}${incoming.url}`, match ? { headers: { "if-match": match } } : {});
    const headers = Object.fromEntries([...answer.headers].filter(([name]) => name !== "transfer-encoding"));
    outgoing.writeHead(answer.status, headers).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((done) => between.listen(0, "127.0.0.1", done));
  for (const folder of ["buckets", "bundle", "state/base/copies"]) mkdirSync(join(root, folder), { recursive: true });
  symlinkSync(join(own.folder, "buckets/copies"), join(root, "buckets/copies"));
  const endpoint = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
  const from = { endpoint, bucket: "library", region: "us-east-1", pathStyle: true };
  const copy = { dataset: "air", kind: "zarr", from, prefix: "air/", bucket: "copies", everySeconds: 86_400 };
  writeFileSync(join(root, "bundle/site.json"), JSON.stringify({ copies: [copy] }));
});
afterAll(async () => {
  between.closeAllConnections();
  between.close();
  await source.stop();
  await own.stop();
  rmSync(root, { recursive: true, force: true });
});

/** Lets the program have its turn; what it said, and how it says that the copy stands. */
async function turn(): Promise<{ told: string; standing: Record<string, unknown> }> {
  const env = { PATH: process.env.PATH ?? "", ISTHMUS_SITE_ROOT: root, ISTHMUS_BUNDLE: join(root, "bundle") };
  const child = spawn(python, ["-B", "-I", join(hpcSite, "copies/dataset_copies.py"), "--once"], { env });
  let told = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part) => (told += part));
  const status = await new Promise((done) => child.on("close", done));
  expect(status, told).toBe(0);
  return { told, standing: JSON.parse(readFileSync(join(root, "state/base/copies/air.json"), "utf8")) };
}

/** Puts a small store into the source. */
async function publish(change: (objects: Map<string, Buffer>) => void = () => {}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "isthmus-store-"));
  await writeStore(folder, 3, temperature);
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = names.map((entry) => join(entry.parentPath, entry.name));
  const objects = new Map(files.map((file) => [`/library/air/${file.slice(folder.length + 1)}`, readFileSync(file)]));
  rmSync(folder, { recursive: true });
  change(objects);
  source.put(objects);
}

const compared = () =>
  compareCopy(readObject, {
    ...{ from: `${source.endpoint}/library`, to: `${own.endpoint}/copies`, prefix: "air/", mayHold: false, by: "site" },
  });
const rootDocument = async () => (await fetch(`${own.endpoint}/copies/air/zarr.json`)).status;

test("an end in the middle leaves no store; the next turn goes on, and both endpoints list the same then", async () => {
  await publish();
  first = (asked) => (asked.includes("air_temperature/c/1") ? 500 : undefined);
  const cut = await turn();
  expect(cut.standing).toMatchObject({ state: "failing", whole: null });
  expect(await rootDocument()).toBe(404);
  const read: string[] = [];
  first = (asked) => void (asked.includes("list-type") || read.push(asked));
  const { told, standing } = await turn();
  expect(told).toMatch(/^air: whole, \d+ objects/);
  expect(standing).toMatchObject({ state: "whole" });
  expect(read.at(-1)).toContain("/air/zarr.json");
  expect(read.filter((asked) => asked.includes("/c/0/0/0"))).toEqual([]);
  expect(await compared()).toHaveProperty("manifest");
});

test("metadata that changed are fetched, and nothing else", async () => {
  await publish((objects) => {
    const document = JSON.parse(String(objects.get("/library/air/zarr.json")));
    objects.clear();
    objects.set("/library/air/zarr.json", Buffer.from(JSON.stringify({ ...document, attributes: { title: "Anew" } })));
  });
  expect(await compared()).toHaveProperty("differs");
  expect((await turn()).told).toContain("; 1 copied");
  expect(await compared()).toHaveProperty("manifest");
  expect(await (await fetch(`${own.endpoint}/copies/air/zarr.json`)).json()).toMatchObject({
    attributes: { title: "Anew" },
  });
});

test("a source that does not answer is told, and what was whole stays known", async () => {
  first = () => 503;
  const { told, standing } = await turn();
  first = () => undefined;
  expect(told).toContain("air: failed after 0 objects");
  expect(standing).toMatchObject({ state: "failing", whole: { objects: expect.any(Number) } });
  expect(await compared()).toHaveProperty("manifest");
});
