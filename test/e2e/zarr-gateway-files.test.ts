import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Gateway } from "./zarr-gateway/gateway";
import { ObjectStore } from "./zarr-gateway/object-store";
import { big } from "./zarr-gateway/stores";

// Datasets that are one file, or a directory of files, from a directory of the site and from a store over HTTP.
const type = "image/tiff; application=geotiff; profile=cloud-optimized";
const store = new ObjectStore();
let gateway: Gateway;

beforeAll(async () => {
  await store.start();
  const file = (id: string, path: string, media = type) => [
    {
      id: `own-${id}`,
      at: `/files/own-${id}`,
      origin: { kind: "directory", bucket: "lake", path } as const,
      file: media,
    },
    {
      id: `far-${id}`,
      at: `/files/far-${id}`,
      origin: { kind: "http", url: `http://${store.host}/bucket/${path}` } as const,
      file: media,
    },
  ];
  const datasets = [
    ...file("image", "maps/e1.tif"),
    ...file("table", "table", "application/vnd.apache.parquet"),
    ...file("none", "none"),
    ...file("link", "link"),
  ];
  gateway = await Gateway.start({ datasets, foreign: [] }, (root) => {
    mkdirSync(join(root, "buckets/lake/maps"), { recursive: true });
    mkdirSync(join(root, "buckets/lake/table"));
    writeFileSync(join(root, "buckets/lake/maps/e1.tif"), big);
    writeFileSync(join(root, "buckets/lake/maps/e1.tif.aux.xml"), "beside");
    writeFileSync(join(root, "buckets/lake/table/_metadata"), "PAR1");
    writeFileSync(join(root, "secret"), "secret");
    symlinkSync(join(root, "secret"), join(root, "buckets/lake/link"));
  });
  store.objects.set("/bucket/maps/e1.tif", big);
  store.objects.set("/bucket/maps/e1.tif.aux.xml", Buffer.from("beside"));
  store.objects.set("/bucket/table/_metadata", Buffer.from("PAR1"));
});
beforeEach(() => store.behaviours.clear());
afterAll(async () => {
  await gateway?.stop();
  await store.stop();
});

describe.each(["own", "far"])("%s", (where) => {
  const image = `/files/${where}-image`;

  test("C1, C5, C6 and C9 the link is the file: its bytes, length, type by kind, ETag, readable across origins, inert", async () => {
    const got = await gateway.ask(image);
    expect(got.status).toBe(200);
    expect(got.body.equals(big)).toBe(true);
    expect(got.headers).toMatchObject({
      "content-type": type,
      "content-length": String(big.length),
      "access-control-allow-origin": "*",
      "x-content-type-options": "nosniff",
      "cache-control": "no-cache",
      "accept-ranges": "bytes",
    });
    expect(got.headers).not.toHaveProperty("content-encoding");
    const head = await gateway.ask(image, { method: "HEAD" });
    expect([head.status, head.headers["content-length"], head.body.length]).toEqual([200, String(big.length), 0]);
    const again = await gateway.ask(image, { headers: { "if-none-match": String(got.headers.etag) } });
    expect(again.status).toBe(304);
  });

  test("C2 parts of it: any one range, 416 beyond the end", async () => {
    const size = big.length;
    for (const [range, part] of [
      ["0-99", big.subarray(0, 100)],
      [`${size - 10}-`, big.subarray(size - 10)],
      ["-64", big.subarray(size - 64)],
    ] as const) {
      const { status, body, headers } = await gateway.ask(image, { headers: { range: `bytes=${range}` } });
      expect([range, status, headers["content-type"]]).toEqual([range, 206, type]);
      expect(body.equals(part)).toBe(true);
    }
    expect((await gateway.ask(image, { headers: { range: `bytes=${size}-` } })).status).toBe(416);
  });

  test("C3 nothing beside it: no sidecar, no listing, no redirect", async () => {
    for (const path of [`${image}.aux.xml`, `${image}/`, `${image}/x`, `/files/${where}-none`, `${image}x`])
      expect([path, (await gateway.ask(path)).status]).toEqual([path, 404]);
  });

  test("a directory of files is served by their names, and is no file itself", async () => {
    expect((await gateway.ask(`/files/${where}-table/_metadata`)).body.toString()).toBe("PAR1");
    expect((await gateway.ask(`/files/${where}-table`)).status).toBe(404);
  });

  test("C9 it is read-only", async () => {
    expect((await gateway.ask(image, { method: "PUT" })).status).toBe(405);
    expect((await gateway.ask(image, { method: "OPTIONS" })).status).toBe(204);
  });
});

test("C4 a file behind a link that leads out is refused, not missing", async () => {
  const { status, body } = await gateway.ask("/files/own-link");
  expect(status).toBe(403);
  expect(body.toString()).not.toContain("secret");
});

test.each([403, 429, 500, 503])("C4 the store's %i is never a missing file", async (status) => {
  const path = "/bucket/link";
  store.objects.set(path, Buffer.from("x"));
  store.behaviours.set(path, { status });
  expect((await gateway.ask("/files/far-link")).status).toBe(status);
});
