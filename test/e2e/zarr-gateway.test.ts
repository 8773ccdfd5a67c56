import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contract } from "./zarr-gateway/contract";
import { Gateway } from "./zarr-gateway/gateway";
import { ObjectStore } from "./zarr-gateway/object-store";
import { objectsBelow, writeDataset } from "./zarr-gateway/stores";

// Two datasets with the same objects: `own` from a directory, `far` from a store over HTTP. Numbers: the README's contract.
const origins = ["own", "far"] as const;
const store = new ObjectStore();
let gateway: Gateway;
let objects: Map<string, Buffer>;

beforeAll(async () => {
  await store.start();
  const other = { kind: "directory", bucket: "lake", path: "other" } as const;
  gateway = await Gateway.start(
    {
      datasets: [
        { id: "own", at: "/zarr/own.zarr", origin: { kind: "directory", bucket: "lake", path: "deep/own" } },
        { id: "far", at: "/zarr/far.zarr", origin: { kind: "http", url: `http://${store.host}/bucket/far` } },
        { id: "linked", at: "/icechunk/linked", origin: { kind: "directory", bucket: "linked", path: "d" } },
        { id: "other", at: "/files/other", origin: other },
      ],
      foreign: [{ at: "/zarr/abroad.zarr", url: "https://data.example.org/zarr/abroad.zarr" }],
    },
    makeBuckets,
  );
  const folder = join(gateway.root, "buckets/lake/deep/own");
  await writeDataset(folder);
  objects = new Map([...objectsBelow(folder)].filter(([key]) => !/(^|\/)\.(?!z)/.test(key)));
  for (const [key, bytes] of objects) store.objects.set(`/bucket/far/${key}`, bytes);
  for (const key of [".sgwtmp/upload", "deep/.hidden"]) store.objects.set(`/bucket/far/${key}`, Buffer.from("secret"));
  store.objects.set("/bucket/secret", Buffer.from("secret"));
  store.objects.set("/secret", Buffer.from("secret"));
});
afterAll(async () => {
  await gateway?.stop();
  await store.stop();
});

/** A bucket that is a link, links that lead out, secrets around the data. */
function makeBuckets(root: string): void {
  const at = (path: string) => join(root, path);
  for (const directory of ["buckets/lake/deep/own/.sgwtmp", "buckets/lake/other", "elsewhere/d"])
    mkdirSync(at(directory), { recursive: true });
  for (const path of ["secret", "buckets/lake/secret", "buckets/lake/deep/secret", "elsewhere/secret"])
    writeFileSync(at(path), "secret");
  for (const path of ["buckets/lake/deep/own/.sgwtmp/upload", "buckets/lake/deep/own/.hidden"])
    writeFileSync(at(path), "secret");
  writeFileSync(at("elsewhere/d/key"), "behind a link");
  symlinkSync(at("elsewhere"), at("buckets/linked"));
  symlinkSync("../secret", at("elsewhere/d/out"));
  symlinkSync("..", at("elsewhere/d/up"));
  symlinkSync("loop", at("elsewhere/d/loop"));
}

describe.each(origins)("%s", (id) => {
  contract(() => ({
    ask: (path, question) => gateway.ask(path, question),
    url: gateway.url,
    at: `/zarr/${id}.zarr`,
    objects,
    put: (key, bytes) => {
      writeFileSync(ensure(`buckets/lake/deep/own/${key}`), bytes);
      store.objects.set(`/bucket/far/${key}`, bytes);
    },
  }));
});

test.each(origins)("C3 a name that no file can have is missing, not a failure: %s", async (id) => {
  expect((await gateway.ask(`/zarr/${id}.zarr/${"x".repeat(300)}`)).status).toBe(404);
});

test("C5 an object of a store that a reader knows already is 304, although it was never asked for here", async () => {
  store.objects.set("/bucket/far/unseen", Buffer.from("x"));
  const known = { headers: { "if-none-match": '"9dd4e461268c8034f5c8564e155c67a6"' } };
  expect((await gateway.ask("/zarr/far.zarr/unseen", known)).status).toBe(304);
});

test("C9 what would change a store does not reach it, and its word on types is not believed", async () => {
  store.asked.splice(0);
  for (const method of ["PUT", "DELETE"]) await gateway.ask("/zarr/far.zarr/v3/zarr.json", { method, body: "{}" });
  expect(store.asked).toEqual([]);
  store.behaviours.set("/bucket/far/typed/index.html", { headers: { "content-type": "text/html" } });
  store.behaviours.set("/bucket/far/typed/zarr.json", { headers: { "content-type": "binary/octet-stream" } });
  for (const [key, type] of Object.entries({
    "index.html": "application/octet-stream",
    "zarr.json": "application/json",
  })) {
    store.objects.set(`/bucket/far/typed/${key}`, Buffer.from("x"));
    expect((await gateway.ask(`/zarr/far.zarr/typed/${key}`)).headers["content-type"]).toBe(type);
  }
});

test("C4 a directory that fails is never 404: links that lead out or nowhere are refused, a linked bucket works", async () => {
  expect((await gateway.ask("/icechunk/linked/key")).body.toString()).toBe("behind a link");
  for (const key of ["out", "loop", "up/secret", "up/d/key"]) {
    for (const method of ["GET", "HEAD"]) {
      const { status, body, headers } = await gateway.ask(`/icechunk/linked/${key}`, { method });
      expect([key, status, headers["access-control-allow-origin"]]).toEqual([key, 403, "*"]);
      expect(body.toString()).not.toContain("secret");
    }
  }
  // Nothing lies there, whether links are followed or not.
  for (const key of ["up/d", "up/nothing", "loop/x", "key/x"])
    expect([key, (await gateway.ask(`/icechunk/linked/${key}`)).status]).toEqual([key, 404]);
});

test("C4 what may not be read is 403, a bucket that is not there 503: neither is missing", async () => {
  const origin = (bucket: string) => ({ kind: "directory", bucket, path: "d" }) as const;
  const datasets = ["closed", "gone"].map((id) => ({ id, at: `/zarr/${id}.zarr`, origin: origin(id) }));
  const closed = (root: string) => {
    mkdirSync(join(root, "buckets/closed/d/c"), { recursive: true });
    for (const key of ["c/0", "key"]) writeFileSync(join(root, "buckets/closed/d", key), "bytes");
    chmodSync(join(root, "buckets/closed/d/key"), 0);
    chmodSync(join(root, "buckets/closed/d/c"), 0);
    chmodSync(root, 0o711);
  };
  const strict = await Gateway.start({ datasets, foreign: [] }, closed, undefined, "daemon daemon");
  try {
    for (const key of ["key", "c/0", "c/1"]) expect((await strict.ask(`/zarr/closed.zarr/${key}`)).status).toBe(403);
    expect((await strict.ask("/zarr/closed.zarr/other")).status).toBe(404);
    const { status, headers } = await strict.ask("/zarr/gone.zarr/zarr.json");
    expect([status, headers["retry-after"], headers["access-control-allow-origin"]]).toEqual([503, "2", "*"]);
  } finally {
    chmodSync(join(strict.root, "buckets/closed/d/c"), 0o700);
    await strict.stop();
  }
});

test("C3 and C6 a dataset of another site is 404 with a pointer, an unknown one with the catalog", async () => {
  const url = "https://data.example.org/zarr/abroad.zarr";
  for (const key of ["", "/", "/zarr.json", "/a/c/0"]) {
    const { status, headers, body } = await gateway.ask(`/zarr/abroad.zarr${key}`);
    expect(status).toBe(404);
    expect(headers).toMatchObject({
      link: `<${url}>; rel="alternate"`,
      "content-type": "application/json",
      "access-control-allow-origin": "*",
      "access-control-expose-headers": expect.stringContaining("Link"),
    });
    expect(JSON.parse(body.toString())).toEqual({ error: "dataset abroad is served elsewhere", url });
  }
  for (const asked of [
    "/zarr/unknown.zarr/zarr.json",
    "/zarr/own.zarrx/v3/zarr.json",
    "/icechunk/x",
    "/files/own/v3",
  ]) {
    const { status, headers, body } = await gateway.ask(asked);
    expect([asked, status, headers["access-control-allow-origin"]]).toEqual([asked, 404, "*"]);
    expect(JSON.parse(body.toString())).toMatchObject({ catalog: "/stac/catalog.json" });
  }
});

/** A path below the site's root, its directory made. */
function ensure(place: string): string {
  const file = join(gateway.root, place);
  mkdirSync(join(file, ".."), { recursive: true });
  return file;
}
