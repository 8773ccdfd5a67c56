import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { catalogOf } from "../../../bin/catalog-files";
import type { Config } from "../../../bin/load-or-exit";
import { type Check, Checks } from "../../../bin/verify/check";
import { verifyOutside } from "../../../bin/verify/outside";
import { hpc, load, plain } from "../../config/federation-of";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A front that serves pages by path; anything else is 404. */
async function front(pages: Map<string, string>): Promise<number> {
  const server = createServer((request, response) => {
    const text = pages.get(request.url ?? "");
    response.writeHead(text === undefined ? 404 : 200).end(text);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const lake = "lake: {buckets: {library: {purpose: library, public: true}}}\n";
const dataset = `datasets: {sst: {${plain}, bucket: library, path: sst}}\n`;

/** Two sites whose fronts serve what the config says, changed by `spoil`. */
async function federation(spoil: (east: Map<string, string>, west: Map<string, string>) => void): Promise<Config> {
  const [east, west] = [new Map<string, string>(), new Map<string, string>()];
  const ports = [await front(east), await front(west)] as const;
  const loaded = load({
    "sites/east.yaml": hpc("east", ports[0], lake + dataset),
    "sites/west.yaml": hpc("west", ports[1]),
  });
  if (!loaded.federation) throw new Error(JSON.stringify(loaded.faults));
  const config: Config = { ...loaded, federation: loaded.federation, file: "federation.yaml", directory: "/nowhere" };
  for (const pages of [east, west]) {
    pages.set("/healthz", "ok\n");
    for (const [path, text] of catalogOf(config)) pages.set(`/${path}`, text);
  }
  east.set("/zarr/sst.zarr/zarr.json", "{}");
  spoil(east, west);
  return config;
}

async function checksOf(config: Config): Promise<Record<string, Check>> {
  const checks = new Checks(() => {});
  const [east] = config.federation.sites;
  if (!east) throw new Error("no site");
  await verifyOutside(config, east, checks, AbortSignal.timeout(20_000));
  return Object.fromEntries(checks.all.map((check) => [check.name, check]));
}

test("a site as it should be passes every check", async () => {
  const found = await checksOf(await federation(() => {}));
  expect(Object.values(found).map((check) => [check.name, check.state])).toEqual([
    ["the front answers", "ok"],
    ["the catalog is the config's", "ok"],
    ["the catalog is the same at west", "ok"],
    ["sst is served", "ok"],
  ]);
});

test("a page that is not the config's is told, and what puts it right", async () => {
  const found = await checksOf(await federation((east) => east.set("/stac/east/catalog.json", "{}")));
  const check = found["the catalog is the config's"];
  expect(check?.detail).toMatch(/stac\/east\/catalog\.json is not what the config says: it or a record changed since$/);
  expect(check?.fix).toBe("isthmus up puts the pages in place");
});

test("sites that serve different catalogs are told", async () => {
  const found = await checksOf(await federation((_, west) => west.set("/stac/catalog.json", "{}")));
  expect(found["the catalog is the same at west"]).toMatchObject({ state: "failed", fix: "isthmus up west" });
});

test("a site that is not up cannot be compared with: skipped, not failed", async () => {
  const config = await federation(() => {});
  open.pop()?.();
  expect((await checksOf(config))["the catalog is the same at west"]).toMatchObject({ state: "skipped" });
});

test("a front that is down is one line with what to do", async () => {
  const config = await federation(() => {});
  open.shift()?.();
  const check = (await checksOf(config))["the front answers"];
  expect(check).toMatchObject({ state: "failed", fix: "isthmus status shows what runs, isthmus up starts it" });
  expect(check?.detail).toMatch(/does not answer: .*ECONNREFUSED/);
});

test("a dataset that nobody published is told by what its link answers", async () => {
  const found = await checksOf(await federation((east) => east.delete("/zarr/sst.zarr/zarr.json")));
  expect(found["sst is served"]?.detail).toMatch(
    /sst\.zarr\/zarr\.json answers 404; .*sst\.zarr\/\.zmetadata answers 404$/,
  );
});

test("where files are carried to, hubs are looked at from outside too, and what helps is said there", async () => {
  const pages = new Map([["/healthz", "ok"]]);
  const port = await front(pages);
  pages.set(`/a-${port}/prod/hub/health`, "");
  const site = (rest: string) => hpc("a", port, rest).replace("login: here", "login: {kind: bundle}");
  const loaded = load({ "sites/a.yaml": site("hubs: {prod: {ports: 9010}, try: {ports: 9020}}\n") });
  if (!loaded.federation) throw new Error(JSON.stringify(loaded.faults));
  const checks = new Checks(() => {});
  const config: Config = { ...loaded, federation: loaded.federation, file: "federation.yaml", directory: "/nowhere" };
  const [first] = config.federation.sites;
  if (!first) throw new Error("no site");
  await verifyOutside(config, first, checks, AbortSignal.timeout(20_000));
  expect(checks.all.map(({ place, name, state }) => `${place} ${name}: ${state}`)).toEqual([
    "a the front answers: ok",
    "a the catalog is the config's: failed",
    "a/prod the hub answers: ok",
    "a/try the hub answers: failed",
  ]);
  const fix = "isthmus up a prints what is run on its machine";
  expect(checks.all.filter(({ state }) => state === "failed").map((check) => check.fix)).toEqual([fix, fix]);
});
