import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import * as zarr from "zarrita";
import { temperature } from "../../small-store";
import type { Answer, Question } from "./ask";
import { big } from "./stores";

/** A dataset behind a gateway that holds what `writeDataset` writes. */
export interface ServedDataset {
  ask(path: string, question?: Question): Promise<Answer>;
  /** The gateway's origin. */
  readonly url: string;
  /** The dataset's path there: `/zarr/ID.zarr`. */
  readonly at: string;
  readonly objects: ReadonlyMap<string, Buffer>;
  /** Writes a new object to where the dataset comes from. */
  put(key: string, bytes: Buffer): Promise<void> | void;
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** The contract of the gateway's README, C1-C10, as tests: the same for every origin and every way to run a gateway. */
export function contract(served: () => ServedDataset): void {
  const path = (key: string) => `${served().at}/${key.split("/").map(encodeURIComponent).join("/")}`;

  test("C1 GET and HEAD on every key: true length, no body", async () => {
    for (const [key, bytes] of served().objects) {
      const head = await served().ask(path(key), { method: "HEAD" });
      expect([key, head.status, head.headers["content-length"]]).toEqual([key, 200, String(bytes.length)]);
      expect(head.body).toHaveLength(0);
      expect((await served().ask(path(key))).status).toBe(200);
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
      await served().put(key, big);
      for (const round of ["fresh", "again"]) {
        const { status, headers, body } = await served().ask(path(key), { headers: { range } });
        expect([round, range, status, headers["content-range"]]).toEqual([
          round,
          range,
          206,
          `bytes ${start}-${end - 1}/${size}`,
        ]);
        expect(body.equals(big.subarray(start, end))).toBe(true);
      }
    }
    const whole = await served().ask(path("big/c/0"));
    expect(whole.headers["accept-ranges"]).toBe("bytes");
    const beyond = await served().ask(path("big/c/0"), { headers: { range: `bytes=${size}-` } });
    expect([beyond.status, beyond.headers["content-range"]]).toEqual([416, `bytes */${size}`]);
    const two = await served().ask(path("big/c/0"), { headers: { range: "bytes=0-1,4-5" } });
    expect([two.status, two.body.length]).toEqual([200, size]);
  });

  test("C3 what is absent is 404 for any suffix: keys, directories, the store itself; without a redirect", async () => {
    const absent = ["c/9", "v2/9.9.9", "zarr.json", "v3/nothing.json", ".zmetadata", "v2", "v2/", "v3/time/c", ""];
    for (const key of [...absent, "v3/zarr.json/", "v3/zarr.json/c"]) {
      const { status, headers } = await served().ask(path(key));
      expect([key, status, headers.location]).toEqual([key, 404, undefined]);
    }
    const bare = await served().ask(served().at);
    expect([bare.status, bare.headers.location]).toEqual([404, undefined]);
    expect(JSON.parse(bare.body.toString()).error).toContain(`${served().at}/KEY`);
  });

  test("C3 what stores' own tools leave beside data is hidden", async () => {
    for (const key of [".sgwtmp/upload", ".hidden", "deep/.hidden", ".zgroup/x", "a/..hidden", ".zarray.swp"])
      expect([key, (await served().ask(path(key))).status]).toEqual([key, 404]);
  });

  test("C5 ETag and Last-Modified; asked again by ETag, 304; no encoding", async () => {
    for (const key of ["v2/.zmetadata", "v3/zarr.json", "big/c/0"]) {
      const { headers } = await served().ask(path(key), { headers: { "accept-encoding": "gzip, br" } });
      expect(headers["content-encoding"]).toBeUndefined();
      expect(headers["last-modified"]).toMatch(/GMT$/);
      expect(headers["cache-control"]).toBe("no-cache");
      const etag = headers.etag as string;
      const again = await served().ask(path(key), { headers: { "if-none-match": etag } });
      expect([key, again.status, again.headers.etag, again.body.length]).toEqual([key, 304, etag, 0]);
      const other = await served().ask(path(key), { headers: { "if-none-match": '"other"' } });
      expect([key, other.status]).toEqual([key, 200]);
    }
  });

  test("C6 and C9 every answer is readable across origins, inert, once each", async () => {
    const range = { headers: { range: "bytes=1-2" } };
    const answers = [
      await served().ask(path("v3/zarr.json")),
      await served().ask(path("big/c/0"), range),
      await served().ask(path("v3/zarr.json"), { headers: { range: "bytes=99999999-" } }),
      await served().ask(path("nothing")),
      await served().ask(path("v2/")),
      await served().ask(path(".hidden")),
      await served().ask(served().at),
      await served().ask(path("v3/zarr.json"), { method: "PUT", body: "{}" }),
      await served().ask(path("v3/zarr.json"), { method: "OPTIONS" }),
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
    const at = served().at;
    for (const same of [
      `${at.replace("/zarr/", "/zarr//")}//v3///zarr.json`,
      `${at}/v3/%7aarr.json`,
      `${at}/v3/zarr.json?x=/../`,
    ]) {
      const { status, body } = await served().ask(same);
      expect([same, status, sha256(body)]).toEqual([same, 200, sha256(served().objects.get("v3/zarr.json") as Buffer)]);
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
      const { status, headers, body } = await served().ask(asked);
      expect([asked, status, headers.location]).toEqual([asked, expect.toBeOneOf([400, 404]), undefined]);
      expect(body.toString()).not.toContain("secret");
    }
  });

  test("C9 read-only, and types by key: metadata is JSON, everything else is bytes, pages and programs too", async () => {
    for (const method of ["PUT", "POST", "DELETE", "PATCH", "PROPFIND", "COPY"]) {
      const { status, headers } = await served().ask(path("v3/zarr.json"), { method, body: "{}" });
      expect([method, status, headers["access-control-allow-origin"]]).toEqual([method, 405, "*"]);
    }
    const json = ["v3/zarr.json", "v3/time/zarr.json", "v2/.zmetadata", "v2/.zgroup", "v2/.zattrs", "v2/time/.zarray"];
    const bytes = ["v2/time/0", "big/c/0", "page/index.html", "page/app.js", "page/picture.svg", "empty/0"];
    const types = [...json.map((k) => [k, "application/json"]), ...bytes.map((k) => [k, "application/octet-stream"])];
    for (const [key = "", type] of types) {
      expect([key, (await served().ask(path(key))).headers["content-type"]]).toEqual([key, type]);
      const head = await served().ask(path(key), { method: "HEAD" });
      expect([key, head.headers["content-type"]]).toEqual([key, type]);
    }
  });

  test("C10 every key's bytes are the store's: v2, v3 with consolidated metadata, sharded, odd names", async () => {
    for (const round of ["fresh", "again"])
      for (const [key, bytes] of served().objects) {
        const { status, body } = await served().ask(path(key));
        expect([round, key, status, sha256(body)]).toEqual([round, key, 200, sha256(bytes)]);
      }
  });

  test("C7 and C10 zarrita reads v2 and v3 by their consolidated metadata", async () => {
    for (const [format, rootDocument] of [
      ["v2", "/v2/.zmetadata"],
      ["v3", "/v3/zarr.json"],
    ]) {
      const seen: string[] = [];
      const fetched = new zarr.FetchStore(`${served().url}${served().at}/${format}`, {
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
      expect(metadata).toContain(`${served().at}${rootDocument}`);
      expect(metadata.filter((p) => p.includes("air_temperature"))).toEqual([]);
    }
  });

  test.each([false, true])(
    "C2 zarrita reads shards (suffix ranges: %s); what was never written is fill value",
    async (suffix) => {
      const shards = new zarr.FetchStore(`${served().url}${served().at}/sharded`, { useSuffixRequest: suffix });
      const array = await zarr.open(shards, { kind: "array" });
      const { data } = await zarr.get(array);
      expect([...(data as Float32Array)]).toEqual([1, 2, -1, -1, -1, -1, -1, -1]);
    },
  );
}
