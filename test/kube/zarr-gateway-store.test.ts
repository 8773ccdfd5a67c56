import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as zarr from "zarrita";
import { clusterFront } from "../../charts/zarr-gateway/nginx";
import { archiveMaps, gatewayCatalog } from "../../constructs/kubernetes/objects/gateway-catalog";
import { contract } from "../e2e/zarr-gateway/contract";
import { type Behaviour, ObjectStore } from "../e2e/zarr-gateway/object-store";
import { objectsBelow, writeDataset } from "../e2e/zarr-gateway/stores";
import { pythonEnvironment } from "../python-environment";
import { temperature, writeStore } from "../small-store";
import { until } from "../until";
import { GatewayPod } from "./gateway/pod";
import { renderedGateway, renderedObjects } from "./gateway/rendered";
import { PublicBucket } from "./gateway/s3";
import { missingTools, toolsReady } from "./tools/tools";

// The gateway's pod in front of a real S3 endpoint's public bucket, without keys, and of a store that fails in every way.
const missing = missingTools();
const namespace = "alps-services";
const folder = mkdtempSync(join(tmpdir(), "isthmus-dataset-"));
/** Two stores, `v2` and `v3`, as xarray writes them. */
const written = join(folder, "written");
let bucket: PublicBucket;
let pod: GatewayPod;
let objects: Map<string, Buffer>;

beforeEach(({ skip }) => {
  if (missing) skip(missing);
});
beforeAll(async () => {
  if (missing) return;
  await toolsReady();
  bucket = await PublicBucket.start("library");
  await writeDataset(join(folder, "dataset"));
  objects = objectsBelow(join(folder, "dataset"));
  await python([join(__dirname, "../e2e/catalog_clients.py"), "write", written]);
  bucket.put(new Map([...objects].map(([key, bytes]) => [`/library/deep/own/${key}`, bytes])));
  bucket.put(
    new Map([
      ["/library/secret", Buffer.from("secret")],
      ["/library/deep/secret", Buffer.from("secret")],
    ]),
  );
  const origin = { kind: "http", url: `${bucket.endpoint}/library/deep/own` } as const;
  const datasets = [{ id: "own", at: "/zarr/own.zarr", origin }];
  const catalog = gatewayCatalog({
    namespace,
    datasets,
    foreign: [],
    cacheBytes: 2 ** 26,
    pages: new Map(),
    portal: "",
  });
  pod = await GatewayPod.start([...renderedGateway(), ...renderedObjects(catalog)]);
});
afterAll(async () => {
  await pod?.stop();
  await bucket?.stop();
  rmSync(folder, { recursive: true });
});

describe("a public bucket of a real S3 endpoint", () => {
  contract(() => ({
    ask: (path, question) => pod.ask(path, question),
    url: pod.url,
    at: "/zarr/own.zarr",
    objects,
    put: (key, bytes) => bucket.put(new Map([[`/library/deep/own/${key}`, bytes]])),
  }));

  test("C10 xarray reads v2, v3 and shards as it has written them", async () => {
    const keys = [...objectsBelow(written)].map(([key, bytes]) => [`/library/deep/own/written/${key}`, bytes] as const);
    bucket.put(new Map(keys));
    for (const name of ["v2", "v3"]) await sameByXarray(name, `${pod.url}/zarr/own.zarr/written/${name}`);
  });

  test("C4 a key that is written later is there at once: that it was missing is never kept", async () => {
    expect((await pod.ask("/zarr/own.zarr/late/0")).status).toBe(404);
    bucket.put(new Map([["/library/deep/own/late/0", Buffer.from("late")]]));
    expect((await pod.ask("/zarr/own.zarr/late/0")).body.toString()).toBe("late");
  });
});

/** Whether xarray reads from a URL what it has written, values and attributes; fails with its words. */
async function sameByXarray(name: string, url: string): Promise<void> {
  const code = `import sys, warnings, xarray
warnings.filterwarnings("ignore")
one, other = (xarray.open_zarr(place, decode_times=False).load() for place in sys.argv[1:])
xarray.testing.assert_identical(one, other)`;
  await python(["-c", code, join(written, name), url]);
}

/** Runs the Python of the catalog's clients. */
async function python(args: readonly string[]): Promise<void> {
  const requirements = readFileSync(join(__dirname, "../e2e/catalog-clients.txt"), "utf8");
  const interpreter = pythonEnvironment("catalog-clients", requirements);
  await promisify(execFile)(interpreter, [...args], { maxBuffer: 2 ** 24 });
}

describe("a store that fails", () => {
  const store = new ObjectStore();
  const chunk = "/bucket/v3/air_temperature/c/1/0/0";
  let hasty: GatewayPod;

  beforeAll(async () => {
    if (missing) return;
    await store.start();
    const place = join(folder, "failing");
    await writeStore(join(place, "v3"), 3, temperature);
    for (const [key, bytes] of [...objectsBelow(place), ...objectsBelow(join(written, "v2"))])
      store.objects.set(`/bucket/${key}`, bytes);
    const origin = { kind: "http", url: `http://${store.host}/bucket` } as const;
    const datasets = [{ id: "far", at: "/zarr/far.zarr", origin }];
    // A minute of silence and half a minute of the cache are one second here.
    const conf = clusterFront({ datasets, foreign: [], cacheBytes: 2 ** 26 });
    const shorter = conf
      .replace("proxy_read_timeout 60s;", "proxy_read_timeout 1s;")
      .replace("valid 200 30s;", "valid 200 1s;");
    expect(shorter.length).toBe(conf.length - 2);
    hasty = await GatewayPod.start([
      ...renderedGateway(),
      ...renderedObjects(archiveMaps(namespace, new Map([["nginx.conf", shorter]]))),
    ]);
  });
  afterEach(() => store.behaviours.clear());
  afterAll(async () => {
    await hasty?.stop();
    if (!missing) await store.stop();
  });

  const never = new Promise<void>(() => undefined);
  const failures: readonly (readonly [string, Behaviour, number])[] = [
    ...[500, 502, 503, 504, 429, 403].map((status) => [`answers ${status}`, { status }, status] as const),
    ["never answers", { after: never }, 504],
    ["hangs up", { hangUp: "at once" }, 502],
  ];

  test.each(failures)(
    "C4 one that %s is an error to every reader, and well again as soon as it is",
    async (_, behaviour, status) => {
      const url = `${hasty.url}/zarr/far.zarr/v3`;
      const array = await zarr.open(zarr.root(new zarr.FetchStore(url)).resolve("air_temperature"), { kind: "array" });
      await until("what is kept has had its time", 30, async () => {
        store.behaviours.set(chunk, behaviour);
        return (await hasty.ask("/zarr/far.zarr/v3/air_temperature/c/1/0/0")).status !== 200;
      });
      for (const question of [{}, { method: "HEAD" }, { headers: { range: "bytes=-8" } }]) {
        const answer = await hasty.ask("/zarr/far.zarr/v3/air_temperature/c/1/0/0", question);
        expect([answer.status, answer.headers["access-control-allow-origin"]]).toEqual([status, "*"]);
      }
      await expect(zarr.get(array)).rejects.toThrow(String(status));
      store.behaviours.clear();
      expect([...((await zarr.get(array)).data as Float32Array)]).toEqual(temperature.arrays.air_temperature?.data);
    },
  );

  test("C4 xarray fails where a chunk cannot be had, and reads it as soon as it can be", async () => {
    for (const [behaviour, said] of [
      [{ status: 503 }, "503"],
      [{ after: never }, "504"],
    ] as const) {
      store.behaviours.set("/bucket/t2m/0.1.0.0", behaviour);
      await until(
        "what is kept has had its time",
        30,
        async () => (await hasty.ask("/zarr/far.zarr/t2m/0.1.0.0")).status !== 200,
      );
      await expect(sameByXarray("v2", `${hasty.url}/zarr/far.zarr`)).rejects.toThrow(said);
      store.behaviours.clear();
      await sameByXarray("v2", `${hasty.url}/zarr/far.zarr`);
    }
    // What they guard against: a missing chunk is no error.
    store.objects.delete("/bucket/t2m/0.1.0.0");
    await until("it is gone", 30, async () => (await hasty.ask("/zarr/far.zarr/t2m/0.1.0.0")).status === 404);
    await expect(sameByXarray("v2", `${hasty.url}/zarr/far.zarr`)).rejects.toThrow("not identical");
  });
});
