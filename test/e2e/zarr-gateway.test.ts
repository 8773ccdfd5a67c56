import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as zarr from "zarrita";
import { temperature } from "../small-store";
import { Gateway } from "./zarr-gateway/gateway";
import { ObjectStore } from "./zarr-gateway/object-store";
import { big, objectsBelow, writeDataset } from "./zarr-gateway/stores";

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

const path = (id: string, key: string) => `/zarr/${id}.zarr/${key.split("/").map(encodeURIComponent).join("/")}`;
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

describe.each(origins)("%s", (id) => {
  test("C1 GET and HEAD on every key: true length, no body", async () => {
    for (const [key, bytes] of objects) {
      const head = await gateway.ask(path(id, key), { method: "HEAD" });
      expect([key, head.status, head.headers["content-length"]]).toEqual([key, 200, String(bytes.length)]);
      expect(head.body).toHaveLength(0);
      expect((await gateway.ask(path(id, key))).status).toBe(200);
    }
  });

  test("C2 one range of any form is 206 with its place, also when nothing is cached yet; beyond the end is 416", async () => {
    const size = big.length;
    const forms: [string, number, number][] = [
      ["bytes=10-19", 10, 20],
      [`bytes=${size - 5}-`, size - 5, size],
      ["bytes=-64", size - 64, size],
      [`bytes=${size - 2}-${size + 100}`, size - 2, size],
    ];
    for (const [i, [range, start, end]] of forms.entries()) {
      const key = `fresh/${i}`;
      writeFileSync(ensure(`buckets/lake/deep/own/${key}`), big);
      store.objects.set(`/bucket/far/${key}`, big);
      for (const round of ["fresh", "again"]) {
        const { status, headers, body } = await gateway.ask(path(id, key), { headers: { range } });
        expect([round, range, status, headers["content-range"]]).toEqual([
          round,
          range,
          206,
          `bytes ${start}-${end - 1}/${size}`,
        ]);
        expect(body.equals(big.subarray(start, end))).toBe(true);
      }
    }
    const whole = await gateway.ask(path(id, "big/c/0"));
    expect(whole.headers["accept-ranges"]).toBe("bytes");
    const beyond = await gateway.ask(path(id, "big/c/0"), { headers: { range: `bytes=${size}-` } });
    expect([beyond.status, beyond.headers["content-range"]]).toEqual([416, `bytes */${size}`]);
    const two = await gateway.ask(path(id, "big/c/0"), { headers: { range: "bytes=0-1,4-5" } });
    expect([two.status, two.body.length]).toEqual([200, size]);
  });

  test("C3 what is absent is 404 for any suffix: keys, directories, the store itself; without a redirect", async () => {
    const absent = ["c/9", "v2/9.9.9", "zarr.json", "v3/nothing.json", ".zmetadata", "v2", "v2/", "v3/time/c", ""];
    for (const key of [...absent, "v3/zarr.json/", "v3/zarr.json/c", "x".repeat(300)]) {
      const { status, headers } = await gateway.ask(path(id, key));
      expect([key, status, headers.location]).toEqual([key, 404, undefined]);
    }
    const bare = await gateway.ask(`/zarr/${id}.zarr`);
    expect([bare.status, bare.headers.location]).toEqual([404, undefined]);
    expect(JSON.parse(bare.body.toString()).error).toContain(`/zarr/${id}.zarr/KEY`);
  });

  test("C3 what stores' own tools leave beside data is hidden", async () => {
    for (const key of [".sgwtmp/upload", ".hidden", "deep/.hidden", ".zgroup/x", "a/..hidden", ".zarray.swp"])
      expect([key, (await gateway.ask(path(id, key))).status]).toEqual([key, 404]);
  });

  test("C5 ETag and Last-Modified; asked again by ETag, 304; no encoding", async () => {
    for (const key of ["v2/.zmetadata", "v3/zarr.json", "big/c/0"]) {
      const { headers } = await gateway.ask(path(id, key), { headers: { "accept-encoding": "gzip, br" } });
      expect(headers["content-encoding"]).toBeUndefined();
      expect(headers["last-modified"]).toMatch(/GMT$/);
      expect(headers["cache-control"]).toBe("no-cache");
      const etag = headers.etag as string;
      const again = await gateway.ask(path(id, key), { headers: { "if-none-match": etag } });
      expect([key, again.status, again.headers.etag, again.body.length]).toEqual([key, 304, etag, 0]);
      const other = await gateway.ask(path(id, key), { headers: { "if-none-match": '"other"' } });
      expect([key, other.status]).toEqual([key, 200]);
    }
    store.objects.set("/bucket/far/unseen", Buffer.from("x"));
    const first = { headers: { "if-none-match": '"9dd4e461268c8034f5c8564e155c67a6"' } };
    if (id === "far") expect((await gateway.ask(path(id, "unseen"), first)).status).toBe(304);
  });

  test("C6 and C9 every answer is readable across origins, inert, once each", async () => {
    const range = { headers: { range: "bytes=1-2" } };
    const answers = [
      await gateway.ask(path(id, "v3/zarr.json")),
      await gateway.ask(path(id, "big/c/0"), range),
      await gateway.ask(path(id, "v3/zarr.json"), { headers: { range: "bytes=99999999-" } }),
      await gateway.ask(path(id, "nothing")),
      await gateway.ask(path(id, "v2/")),
      await gateway.ask(path(id, ".hidden")),
      await gateway.ask(`/zarr/${id}.zarr`),
      await gateway.ask(path(id, "v3/zarr.json"), { method: "PUT", body: "{}" }),
      await gateway.ask(path(id, "v3/zarr.json"), { method: "OPTIONS" }),
    ];
    expect(answers.map((a) => a.status)).toEqual([200, 206, 416, 404, 404, 404, 404, 405, 204]);
    for (const { status, headers } of answers) {
      expect(headers, String(status)).toMatchObject({
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET, HEAD, OPTIONS",
        "access-control-allow-headers": "Range, Authorization, If-None-Match, If-Modified-Since",
        "access-control-expose-headers": expect.stringMatching(/Content-Length, Content-Range, ETag, Accept-Ranges/),
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
      });
      expect(headers["access-control-allow-credentials"]).toBeUndefined();
    }
  });

  test("C8 slashes and percent signs neither redirect nor lead out of the dataset", async () => {
    const at = `/zarr/${id}.zarr`;
    for (const same of [`/zarr//${id}.zarr//v3///zarr.json`, `${at}/v3/%7aarr.json`, `${at}/v3/zarr.json?x=/../`]) {
      const { status, body } = await gateway.ask(same);
      expect([same, status, sha256(body)]).toEqual([same, 200, sha256(objects.get("v3/zarr.json") as Buffer)]);
    }
    const ups = ["..", "%2e%2e", ".%2E", "..%2F..", "%2e%2e%2f%2e%2e", "..%5c..", "%252e%252e", "v3/..%2f..%2F.."];
    const outward = ups.flatMap((up) => [`${at}/${up}/secret`, `${at}/v3/${up}/secret`, `${at}/${up}%2fsecret`]);
    const within = ["v2/../v3/zarr.json", "./v3/zarr.json", "v3/%2e/zarr.json"];
    const odd = ["%00", "%0a", "%0aX", "X%0A/../secret", "%0d%0aHost:%20x", "a%0Ab", "v3/zarr.json%0a", "%ff"];
    for (const asked of [
      ...outward,
      ...[...within, ...odd].map((o) => `${at}/${o}`),
      `${at}?x`,
      `${at}%2f`,
      `${at}%3f`,
    ]) {
      const { status, headers, body } = await gateway.ask(asked);
      expect([asked, status, headers.location]).toEqual([asked, expect.toBeOneOf([400, 404]), undefined]);
      expect(body.toString()).not.toContain("secret");
    }
  });

  test("C9 read-only, and types by key: metadata is JSON, everything else is bytes, pages and programs too", async () => {
    store.asked.splice(0);
    for (const method of ["PUT", "POST", "DELETE", "PATCH", "PROPFIND", "COPY"]) {
      const { status, headers } = await gateway.ask(path(id, "v3/zarr.json"), { method, body: "{}" });
      expect([method, status, headers["access-control-allow-origin"]]).toEqual([method, 405, "*"]);
    }
    expect(store.asked).toEqual([]);
    store.behaviours.set("/bucket/far/page/index.html", { headers: { "content-type": "text/html" } });
    store.behaviours.set("/bucket/far/page/picture.svg", { headers: { "content-type": "image/svg+xml" } });
    store.behaviours.set("/bucket/far/v3/zarr.json", { headers: { "content-type": "binary/octet-stream" } });
    const json = ["v3/zarr.json", "v3/time/zarr.json", "v2/.zmetadata", "v2/.zgroup", "v2/.zattrs", "v2/time/.zarray"];
    const bytes = ["v2/time/0", "big/c/0", "page/index.html", "page/app.js", "page/picture.svg", "empty/0"];
    const types = [...json.map((k) => [k, "application/json"]), ...bytes.map((k) => [k, "application/octet-stream"])];
    for (const [key = "", type] of types) {
      expect([key, (await gateway.ask(path(id, key))).headers["content-type"]]).toEqual([key, type]);
      const head = await gateway.ask(path(id, key), { method: "HEAD" });
      expect([key, head.headers["content-type"]]).toEqual([key, type]);
    }
  });

  test("C10 every key's bytes are the store's: v2, v3 with consolidated metadata, sharded, odd names", async () => {
    for (const round of ["fresh", "again"])
      for (const [key, bytes] of objects) {
        const { status, body } = await gateway.ask(path(id, key));
        expect([round, key, status, sha256(body)]).toEqual([round, key, 200, sha256(bytes)]);
      }
  });

  test("C7 and C10 zarrita reads v2 and v3 by their consolidated metadata", async () => {
    for (const [format, rootDocument] of [
      ["v2", "/v2/.zmetadata"],
      ["v3", "/v3/zarr.json"],
    ]) {
      const seen: string[] = [];
      const fetched = new zarr.FetchStore(`${gateway.url}/zarr/${id}.zarr/${format}`, {
        fetch: (request) => {
          seen.push(new URL(request.url).pathname);
          return fetch(request);
        },
      });
      const group = await zarr.open(await zarr.withConsolidatedMetadata(fetched), { kind: "group" });
      const array = await zarr.open(group.resolve("air_temperature"), { kind: "array" });
      const { data } = await zarr.get(array);
      expect([...(data as Float32Array)]).toEqual(temperature.arrays.air_temperature?.data);
      const metadata = seen.filter((p) => /(zarr\.json|\/\.z\w+)$/.test(p));
      expect(metadata).toContain(`/zarr/${id}.zarr${rootDocument}`);
      expect(metadata.filter((p) => p.includes("air_temperature"))).toEqual([]);
    }
  });

  test.each([false, true])(
    "C2 zarrita reads shards (suffix ranges: %s); what was never written is fill value",
    async (suffix) => {
      const shards = new zarr.FetchStore(`${gateway.url}/zarr/${id}.zarr/sharded`, { useSuffixRequest: suffix });
      const array = await zarr.open(shards, { kind: "array" });
      const { data } = await zarr.get(array);
      expect([...(data as Float32Array)]).toEqual([1, 2, -1, -1, -1, -1, -1, -1]);
    },
  );
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
