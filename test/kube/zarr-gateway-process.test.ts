import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { clusterFront } from "../../charts/zarr-gateway/nginx";
import { archiveMaps, gatewayCatalog } from "../../constructs/kubernetes/objects/gateway-catalog";
import type { KubeObject } from "../../constructs/kubernetes/objects/object";
import { NameServer } from "../e2e/zarr-gateway/name-server";
import { ObjectStore } from "../e2e/zarr-gateway/object-store";
import { big } from "../e2e/zarr-gateway/stores";
import { until } from "../until";
import { GatewayPod } from "./gateway/pod";
import { digestOf, renderedGateway, renderedObjects } from "./gateway/rendered";
import { missingTools, toolsReady } from "./tools/tools";

// The chart's own program and a real nginx on what Helm renders, with volumes as a kubelet changes them.
const missing = missingTools();
const namespace = "alps-services";
const store = new ObjectStore();
const abroad = { at: "/zarr/abroad.zarr", url: "https://data.example.org/zarr/abroad.zarr" };
let pod: GatewayPod;

beforeEach(async ({ skip }) => {
  if (missing) skip(missing);
  pod = await GatewayPod.start(renderedGateway());
});
afterEach(async () => {
  await pod?.stop();
  store.behaviours.clear();
});
beforeAll(async () => {
  if (!missing) await toolsReady();
  await store.start();
  for (const id of ["one", "two", "three"]) store.objects.set(`/bucket/${id}/zarr.json`, Buffer.from(id));
  store.objects.set("/bucket/one/big", big);
});
afterAll(() => store.stop());

/** A catalog with these datasets; `title` is in its pages, which are large where `noise` is. */
function catalogOf(ids: readonly string[], title: string, noise = 0): KubeObject[] {
  const url = (id: string) => `http://${store.host}/bucket/${id}`;
  const datasets = ids.map((id) => ({ id, at: `/zarr/${id}.zarr`, origin: { kind: "http", url: url(id) } as const }));
  const lines = Array.from({ length: noise / 64 }, (_, i) => createHash("sha256").update(`${title}${i}`).digest("hex"));
  const pages = new Map([["stac/catalog.json", JSON.stringify([title, ...lines])]]);
  return gatewayCatalog({ namespace, datasets, foreign: [abroad], cacheBytes: 2 ** 26, pages, portal: title });
}

const statusOf = async (path: string) => (await pod.ask(path)).status;

/** Has the pod take up a catalog, and waits until its datasets are served. */
async function takeUp(catalog: readonly KubeObject[], served: string): Promise<void> {
  pod.apply(renderedObjects(catalog));
  await pod.taken(digestOf(catalog));
  await until(`${served} is served`, 30, async () => (await statusOf(`/zarr/${served}.zarr/zarr.json`)) === 200);
}

test("before there is a catalog it is healthy, and nothing is said to be missing", async () => {
  expect(await statusOf("/healthz")).toBe(200);
  for (const path of ["/", "/zarr/one.zarr/zarr.json", "/stac/catalog.json"]) {
    const { status, headers } = await pod.ask(path);
    expect([path, status, headers["retry-after"], headers["access-control-allow-origin"]]).toEqual([
      path,
      503,
      "10",
      "*",
    ]);
  }
});

test("a catalog that comes is taken up by the same nginx: datasets, pages, portal; what only the pod knows is beside it", async () => {
  const master = pod.read("run/nginx.pid");
  await takeUp(catalogOf(["one"], "first"), "one");
  expect((await pod.ask("/zarr/one.zarr/zarr.json")).body.toString()).toBe("one");
  expect((await pod.ask("/stac/catalog.json")).body.toString()).toBe('["first"]');
  expect((await pod.ask("/")).body.toString()).toBe("first");
  expect(pod.read("run/nginx.pid")).toBe(master);
  expect(pod.read("run/current/machine.conf")).toMatch(/^resolver( [\w.[\]:]+)+ valid=30s ipv6=(on|off);\n/);
  expect(pod.read("run/current/listen.conf")).toBe(`listen 127.0.0.1:${pod.port} backlog=1024;\n`);
});

test("a pod that starts with the catalog there has it from its first answer on", async () => {
  const catalog = catalogOf(["one"], "first");
  const late = await GatewayPod.start([...renderedGateway(), ...renderedObjects(catalog)]);
  try {
    expect((await late.ask("/zarr/one.zarr/zarr.json")).status).toBe(200);
    expect(late.log()).not.toContain("no catalog");
  } finally {
    await late.stop();
  }
});

test("catalogs that change drop no request, not even one that takes longer than the change", async () => {
  await takeUp(catalogOf(["one"], "first"), "one");
  const { long, release } = await longRequest();
  try {
    const seen = await during("/zarr/one.zarr/zarr.json", async () => {
      await takeUp(catalogOf(["one", "two"], "second"), "two");
      await takeUp(catalogOf(["one", "three"], "third"), "three");
      await until("the second's is gone", 30, async () => (await statusOf("/zarr/two.zarr/zarr.json")) === 404);
    });
    expect(seen).toEqual(new Set([200]));
  } finally {
    release();
  }
  expect((await long).body.equals(big)).toBe(true);
});

test("a store's name keeps its addresses while catalogs change: none of its datasets fails, not even for a moment", async () => {
  const names = await new NameServer().start();
  try {
    names.known.add("store.test");
    const named = (ids: readonly string[]) => {
      const url = (id: string) => `http://store.test:${store.host.split(":")[1]}/bucket/${id}`;
      const datasets = ids.map((id) => ({
        id,
        at: `/zarr/${id}.zarr`,
        origin: { kind: "http", url: url(id) } as const,
      }));
      const conf = clusterFront({ datasets, foreign: [], cacheBytes: 2 ** 26 });
      const resolver = `resolver 127.0.0.1:${names.port} valid=30s ipv6=off;`;
      return archiveMaps(namespace, new Map([["nginx.conf", conf.replace("include machine.conf;", resolver)]]));
    };
    await takeUp(named(["one"]), "one");
    // A missing key is never kept, so each visit asks the store.
    const seen = await during("/zarr/one.zarr/missing", async () => {
      await takeUp(named(["one", "two"]), "two");
      await takeUp(named(["one", "two", "three"]), "three");
    });
    expect(seen).toEqual(new Set([404]));
  } finally {
    await names.stop();
  }
});

/** A request that the store answers only when told to. */
async function longRequest() {
  let release: () => void = () => undefined;
  store.behaviours.set("/bucket/one/big", { after: new Promise((done) => (release = done)) });
  store.asked.splice(0);
  const long = pod.ask("/zarr/one.zarr/big");
  await until("the store is asked", 20, () => store.asked.length > 0);
  return { long, release };
}

/** What four visitors get who ask for a path again and again during a change. */
async function during(path: string, change: () => Promise<void>): Promise<ReadonlySet<number | string>> {
  const seen: (number | string)[] = [];
  let over = false;
  const visit = async () => {
    while (!over) seen.push(await statusOf(path).catch((error: Error) => error.message));
  };
  const visitors = [visit(), visit(), visit(), visit()];
  try {
    await change();
  } finally {
    over = true;
    await Promise.all(visitors);
  }
  expect(seen.length).toBeGreaterThan(100);
  return new Set(seen);
}

test("what one pod does not serve yet, or no longer, is not missing: a chunk is 503, metadata 404 with where it is", async () => {
  await takeUp(catalogOf(["one"], "first"), "one");
  for (const key of ["c/0/0", "0.0", "t/c/0", "t/zarr.json.x", "zarr.jsonx", "a/.zgroup/0"]) {
    const { status, headers } = await pod.ask(`/zarr/new.zarr/${key}`);
    expect([key, status, headers["retry-after"], headers["access-control-allow-origin"]]).toEqual([key, 503, "2", "*"]);
  }
  for (const key of ["", "/", "/zarr.json", "/.zmetadata", "/t/zarr.json", "/t/.zarray"])
    expect([key, await statusOf(`/zarr/new.zarr${key}`)]).toEqual([key, 404]);
  expect(await statusOf("/zarr/abroad.zarr/c/0/0")).toBe(503);
  const { status, headers } = await pod.ask("/zarr/abroad.zarr/zarr.json");
  expect([status, headers.link]).toEqual([404, `<${abroad.url}>; rel="alternate"`]);
  expect(await statusOf("/zarr/one.zarr/c/0/0")).toBe(404);
});

test("a configuration that nginx refuses changes nothing; the next good one is taken up", async () => {
  await takeUp(catalogOf(["one"], "first"), "one");
  const before = pod.current();
  const broken = archiveMaps(namespace, new Map([["nginx.conf", "http { server { no_such_word; } }"]]));
  pod.apply(renderedObjects(broken));
  await until("it is refused", 30, () => pod.log().includes("what was there before stays"));
  expect(pod.log()).toContain('unknown directive "no_such_word"');
  expect(pod.current()).toBe(before);
  expect(existsSync(join(pod.folder, `gateway/run/site-${digestOf(broken)}`))).toBe(false);
  expect(await statusOf("/zarr/one.zarr/zarr.json")).toBe(200);
  await takeUp(catalogOf(["one", "two"], "second"), "two");
});

test("while only some of a catalog's parts have come, the old one stays whole", async () => {
  const [old, next] = [catalogOf(["one"], "first", 2 ** 20), catalogOf(["one", "two"], "second", 2 ** 20)];
  expect([old.length, next.length]).toEqual([2, 2]);
  await takeUp(old, "one");
  const [first = [], second = []] = next.map((object) => renderedObjects([object]));
  await waits(() => pod.apply(first));
  expect((await pod.ask("/")).body.toString()).toBe("first");
  expect(await statusOf("/zarr/two.zarr/zarr.json")).toBe(404);
  pod.apply(second);
  await pod.taken(digestOf(next));
  expect((await pod.ask("/")).body.toString()).toBe("second");
  // And back to one part, while the second is still there.
  const small = catalogOf(["three"], "third");
  await waits(() => pod.apply(renderedObjects(small)));
  expect((await pod.ask("/")).body.toString()).toBe("second");
  pod.apply([], ["zarr-gateway-catalog-01"]);
  await pod.taken(digestOf(small));
});

/** Does something after which the pod finds that its catalog is not whole. */
async function waits(change: () => void): Promise<void> {
  const said = () => pod.log().split("not whole yet").length;
  const before = said();
  change();
  await until(
    "it waits for the rest",
    30,
    () => said() > before,
    () => pod.log(),
  );
}

test("a catalog that goes leaves the gateway as it was", async () => {
  await takeUp(catalogOf(["one"], "first"), "one");
  pod.apply([], ["zarr-gateway-catalog-00"]);
  await takeUp(catalogOf(["two"], "second"), "two"); // it has looked since
  expect(pod.log()).not.toMatch(/not whole|refuses/);
});

test("told to end, it finishes answers that have begun and takes no new ones", async () => {
  await takeUp(catalogOf(["one"], "first"), "one");
  const { long, release } = await longRequest();
  pod.signal("SIGQUIT"); // as the image says
  await until("it takes no new ones", 20, () =>
    statusOf("/healthz").then(
      () => false,
      () => true,
    ),
  );
  expect(pod.program.result).toBeUndefined();
  release();
  expect((await long).body.equals(big)).toBe(true);
  expect(await pod.program.ended).toBe(0);
});

test("when nginx dies, so does the pod's program, and the pod starts anew", async () => {
  process.kill(Number(pod.read("run/nginx.pid")), "SIGKILL");
  expect(await pod.program.ended).toBe(1);
  expect(pod.log()).toContain("nginx has ended with 137");
});
