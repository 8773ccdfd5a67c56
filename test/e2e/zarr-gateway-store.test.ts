import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import * as zarr from "zarrita";
import { temperature, writeStore } from "../small-store";
import { until } from "./hpc-site/kit";
import { Gateway } from "./zarr-gateway/gateway";
import { type Behaviour, ObjectStore } from "./zarr-gateway/object-store";
import { big, objectsBelow } from "./zarr-gateway/stores";

// A dataset from a store over HTTP when the store does other than well. The cache's half minute is one second at `hasty`.
const store = new ObjectStore();
let gateway: Gateway;
let hasty: Gateway;

beforeAll(async () => {
  await store.start();
  const origin = { kind: "http", url: `http://${store.host}/bucket/far` } as const;
  const props = { datasets: [{ id: "far", at: "/zarr/far.zarr", origin }], foreign: [] };
  gateway = await Gateway.start(props);
  hasty = await Gateway.start(props, undefined, (conf) => {
    expect(conf).toContain("proxy_cache_valid 200 30s;");
    return conf.replace("proxy_cache_valid 200 30s;", "proxy_cache_valid 200 1s;");
  });
});
afterEach(() => {
  store.behaviours.clear();
  store.asked.splice(0);
});
afterAll(async () => {
  await gateway?.stop();
  await hasty?.stop();
  await store.stop();
});

let made = 0;
/** A new object in the store, unknown to all caches: its key. */
function put(bytes: string | Buffer = "bytes", behaviour: Behaviour = {}): string {
  const key = `new/${made++}`;
  store.objects.set(`/bucket/far/${key}`, Buffer.from(bytes));
  store.behaviours.set(`/bucket/far/${key}`, behaviour);
  return key;
}

const at = (key: string) => `/zarr/far.zarr/${key}`;
const behave = (key: string, behaviour: Behaviour) => store.behaviours.set(`/bucket/far/${key}`, behaviour);

test("C4 the store's errors pass as they are, readable across origins, and say when to come back", async () => {
  for (const status of [400, 401, 403, 410, 429, 500, 501, 502, 503, 504]) {
    const key = put("bytes", { status, headers: { "www-authenticate": "Basic" } });
    const { status: got, headers } = await gateway.ask(at(key));
    expect([got, headers["access-control-allow-origin"], headers["www-authenticate"]]).toEqual([
      status,
      "*",
      undefined,
    ]);
    expect([status, headers["retry-after"]]).toEqual([status, [429, 502, 503, 504].includes(status) ? "2" : undefined]);
    expect((await gateway.ask(at(key), { method: "HEAD" })).status).toBe(status);
    expect((await gateway.ask(at(key), { headers: { range: "bytes=-8" } })).status).toBe(status);
  }
  const patient = put("bytes", { status: 503, headers: { "retry-after": "17" } });
  expect((await gateway.ask(at(patient))).headers["retry-after"]).toBe("17");
});

test("C4 errors are not kept: the next request has the store's newest answer", async () => {
  const key = put("bytes", { status: 503 });
  expect((await gateway.ask(at(key))).status).toBe(503);
  behave(key, {});
  expect((await gateway.ask(at(key))).body.toString()).toBe("bytes");
});

test("C4 a key that was missing is not missing while the store fails, nor once it is there", async () => {
  const key = put();
  const bytes = store.objects.get(`/bucket/far/${key}`) as Buffer;
  store.objects.delete(`/bucket/far/${key}`);
  expect((await gateway.ask(at(key))).status).toBe(404);
  behave(key, { status: 503 });
  expect((await gateway.ask(at(key))).status).toBe(503);
  behave(key, { hangUp: "at once" });
  expect((await gateway.ask(at(key))).status).toBe(502);
  behave(key, {});
  store.objects.set(`/bucket/far/${key}`, bytes);
  expect((await gateway.ask(at(key))).status).toBe(200);
});

test("C4 while nothing listens there, unknown keys are 502 and known ones are served for their time; then all is well at once", async () => {
  const [known, unknown] = [put("known"), put("unknown")];
  expect((await gateway.ask(at(known))).status).toBe(200);
  expect((await hasty.ask(at(known))).status).toBe(200);
  await store.stop();
  try {
    expect((await gateway.ask(at(known))).body.toString()).toBe("known");
    for (const key of [unknown, "v3/zarr.json", "never/there"]) {
      const { status, headers } = await gateway.ask(at(key));
      expect([status, headers["retry-after"], headers["access-control-allow-origin"]]).toEqual([502, "2", "*"]);
    }
    // Old bytes with new ones would be a silent error, a 502 is a loud one.
    await until("its time is over", async () => (await hasty.ask(at(known))).status !== 200, 10);
    expect((await hasty.ask(at(known))).status).toBe(502);
  } finally {
    await store.start();
  }
  expect((await gateway.ask(at(unknown))).body.toString()).toBe("unknown");
  expect((await hasty.ask(at(known))).body.toString()).toBe("known");
});

test("C4 an answer that breaks off is an error, not a short chunk, and nothing of it is kept", async () => {
  const key = put(big, { hangUp: "midway" });
  await expect(gateway.ask(at(key))).rejects.toThrow(/aborted|hang up/);
  behave(key, {});
  const { body } = await gateway.ask(at(key));
  expect(body.equals(big)).toBe(true);
});

test("C4 and C8 a store that redirects is a failing store: nobody is sent away, nobody's page is taken for a chunk", async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    const key = put("bytes", { status, headers: { location: "https://login.example.org/" } });
    const { status: got, headers } = await gateway.ask(at(key));
    expect([status, got, headers.location, headers["access-control-allow-origin"]]).toEqual([
      status,
      502,
      undefined,
      "*",
    ]);
  }
});

test("C1 HEAD of an object that nobody asked for yet has its true length, also when it is a shard", async () => {
  const { headers, body } = await gateway.ask(at(put(big)), { method: "HEAD" });
  expect([headers["content-length"], body.length]).toEqual([String(big.length), 0]);
});

test("C11 an object is fetched once, however many ask at the same time, by whatever range", async () => {
  let release: () => void = () => undefined;
  const key = put(big, { after: new Promise((done) => (release = done)) });
  const ranges = ["bytes=0-9", "bytes=-64", "bytes=100-", undefined, undefined, "bytes=5-5"];
  const answers = ranges.map((range) => gateway.ask(at(key), { headers: range === undefined ? {} : { range } }));
  await until("the store is asked", () => store.asked.length > 0);
  release();
  expect((await Promise.all(answers)).map((a) => a.body.length)).toEqual([
    10,
    64,
    big.length - 100,
    big.length,
    big.length,
    1,
  ]);
  expect(store.paths()).toEqual([`/bucket/far/${key}`]);
});

test("C5 what is kept is asked for again by ETag, and what the store has removed is gone after the same time", async () => {
  const key = put();
  const etag = `"${createHash("md5").update("bytes").digest("hex")}"`;
  expect((await hasty.ask(at(key))).headers.etag).toBe(etag);
  await until("asked again", async () => {
    expect((await hasty.ask(at(key))).body.toString()).toBe("bytes");
    return store.asked.length > 1;
  });
  expect(store.asked.at(-1)?.headers["if-none-match"]).toBe(etag);
  store.objects.delete(`/bucket/far/${key}`);
  await until("removed", async () => (await hasty.ask(at(key))).status === 404, 10);
});

test("C10 a store that is published anew is wholly new after the cache's time, and stays so", async () => {
  const keys = Array.from({ length: 5 }, () => put("first"));
  const read = async () => Promise.all(keys.map(async (key) => (await hasty.ask(at(key))).body.toString()));
  expect(new Set(await read())).toEqual(new Set(["first"]));
  for (const key of keys) store.objects.set(`/bucket/far/${key}`, Buffer.from("second!"));
  await until("all are new", async () => (await read()).every((text) => text === "second!"), 5);
  expect(new Set(await read())).toEqual(new Set(["second!"]));
  // Not even where the store begins to fail.
  for (const key of keys) behave(key, { status: 500 });
  await until("errors show", async () => (await read()).every((text) => text.includes("500")), 5);
});

test("C10 nothing that a visitor sends reaches the store or colours what others get", async () => {
  const key = put();
  const headers = {
    cookie: "jupyterhub-session-id=1",
    authorization: "token 1",
    "accept-encoding": "gzip",
    origin: "https://evil.example",
    range: "bytes=0-0",
    "if-none-match": '"x"',
    "x-amz-security-token": "1",
    "x-forwarded-host": "evil.example",
  };
  const question = { headers: { ...headers, "content-length": "4" }, body: "body" };
  expect((await gateway.ask(`${at(key)}?acl&versionId=1&response-content-type=text/html`, question)).status).toBe(206);
  expect(store.asked).toEqual([
    {
      method: "GET",
      path: `/bucket/far/${key}`,
      headers: { host: store.host, "user-agent": "isthmus-zarr-gateway", "accept-encoding": "identity" },
    },
  ]);
  expect((await gateway.ask(at(key))).body.toString()).toBe("bytes");
});

test("C9 a store cannot act on the site's origin: no cookies, no cleared data, no orders to nginx, no headers of its own choice", async () => {
  const key = put("bytes", {
    headers: {
      "set-cookie": "jupyterhub-session-id=evil; Path=/",
      "clear-site-data": '"*"',
      "x-accel-redirect": "/healthz",
      "x-accel-expires": "86400",
      "content-type": "text/html",
      "content-disposition": "attachment; filename=evil.html",
      "content-security-policy": "default-src *",
      "x-content-type-options": "sniff",
      "access-control-allow-origin": "https://evil.example",
      "access-control-allow-credentials": "true",
      "cache-control": "public, max-age=31536000",
      refresh: "0; url=https://evil.example",
      link: '<https://evil.example>; rel="alternate"',
      "service-worker-allowed": "/",
      vary: "*",
    },
  });
  for (const round of ["fresh", "again"]) {
    const { status, headers, body } = await gateway.ask(at(key));
    expect([round, status, body.toString()]).toEqual([round, 200, "bytes"]);
    expect(headers).toMatchObject({
      "content-type": "application/octet-stream",
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
      "access-control-allow-origin": "*",
      "cache-control": "no-cache",
    });
    const ours = ["connection", "date", "server", "content-length", "last-modified", "etag", "accept-ranges"];
    const known = [...ours, "keep-alive", "content-type", "content-security-policy", "x-content-type-options"];
    const others = Object.keys(headers).filter((h) => !known.includes(h) && !h.startsWith("access-control-"));
    expect(others).toEqual(["cache-control"]);
    expect(headers["access-control-allow-credentials"]).toBeUndefined();
  }
});

test("C4 zarrita reads fill values for what is missing and fails for what the store cannot give", async () => {
  const folder = mkdtempSync(join(tmpdir(), "isthmus-far-"));
  try {
    await writeStore(folder, 3, temperature);
    for (const [key, bytes] of objectsBelow(folder)) store.objects.set(`/bucket/far/v3/${key}`, bytes);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const group = await zarr.open(new zarr.FetchStore(`${gateway.url}/zarr/far.zarr/v3`), { kind: "group" });
  const array = await zarr.open(group.resolve("air_temperature"), { kind: "array" });
  const chunk = "v3/air_temperature/c/1/0/0";
  for (const status of [403, 429, 500, 503]) {
    behave(chunk, { status });
    await expect(zarr.get(array)).rejects.toThrow(String(status));
  }
  behave(chunk, { hangUp: "at once" });
  await expect(zarr.get(array)).rejects.toThrow("502");
  store.objects.delete(`/bucket/far/${chunk}`);
  behave(chunk, {});
  const written = temperature.arrays.air_temperature?.data.slice(0, 12) ?? [];
  expect([...((await zarr.get(array)).data as Float32Array)]).toEqual([...written, ...new Array(12).fill(0)]);
});
