import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Outcome, recordDatasets, type SiteDataset } from "../../../bin/catalog/record-datasets";
import { readRecord, recordPath } from "../../../bin/catalog/record-file";
import { temperature, writeStore } from "../../small-store";
import { type StoreServer, serveFolder } from "../../store-server";
import { serveLists, type Told } from "./list-server";

let stores: string;
let server: StoreServer;
let folder: string;
beforeAll(async () => {
  stores = mkdtempSync(join(tmpdir(), "isthmus-stores-"));
  server = await serveFolder(stores);
  await writeStore(join(stores, "a.zarr"), 3, temperature);
});
afterAll(async () => {
  await server.close();
  rmSync(stores, { recursive: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-config-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function at(id: string, changes: Partial<SiteDataset["dataset"]> = {}): SiteDataset {
  return {
    site: "east",
    dataset: { id, kind: "zarr", access: "public", https: `${server.url}/${id}.zarr`, ...changes },
  };
}

async function run(...datasets: SiteDataset[]): Promise<Record<string, Outcome>> {
  const outcomes: Record<string, Outcome> = {};
  await recordDatasets(folder, datasets, ({ dataset }, outcome) => {
    outcomes[dataset.id] = outcome;
  });
  return outcomes;
}

test("the record lies at catalog/<site>/<dataset>.json and reads back; recording again changes nothing", async () => {
  const path = join(folder, "catalog/east/a.json");
  expect(recordPath(folder, "east", "a")).toBe(path);
  expect(await run(at("a"))).toMatchObject({ a: { result: "recorded", remarks: [] } });
  const first = readFileSync(path, "utf8");
  expect(first).toMatch(/^\{\n {2}"format": 1,\n {2}"dataset": "a",[\s\S]*\}\n$/);
  expect(readRecord(path, "a")).toMatchObject({ kind: "zarr", zarrFormat: 3 });
  expect(await run(at("a"))).toMatchObject({ a: { result: "unchanged" } });
  expect(readFileSync(path, "utf8")).toBe(first);
});

test("a failure is told with its address and keeps no other dataset from being recorded, nor its own older record", async () => {
  await mkdir(join(folder, "catalog/east"), { recursive: true });
  writeFileSync(join(folder, "catalog/east/gone.json"), "older");
  const stopped = await serveFolder(stores);
  await stopped.close();
  const outcomes = await run(at("gone"), at("a"), at("down", { https: `${stopped.url}/a.zarr` }));
  expect(outcomes).toMatchObject({
    gone: { result: "failed", reason: expect.stringContaining(`${server.url}/gone.zarr: no Zarr store there`) },
    a: { result: "recorded" },
    down: {
      result: "failed",
      reason: `${stopped.url}/a.zarr/zarr.json: nothing listens there; bring its site up or check the site's address, then record again`,
    },
  });
  expect(readFileSync(join(folder, "catalog/east/gone.json"), "utf8")).toBe("older");
  expect(readdirSync(join(folder, "catalog/east")).sort()).toEqual(["a.json", "gone.json"]);
});

test("what has no public link is skipped, and said", async () => {
  const outcomes = await run(at("members", { access: "federation", https: null }), at("array", { kind: "tiledb" }));
  expect(outcomes).toEqual({
    members: { result: "skipped", reason: "not public: there is no link to read it by" },
    array: { result: "skipped", reason: "nothing of a TileDB array can be read without its library" },
  });
});

test("references are told by size and digest, as one file or by what tells of a directory", async () => {
  writeFileSync(join(stores, "one.json"), "{}");
  await mkdir(join(stores, "many"));
  writeFileSync(join(stores, "many/.zmetadata"), "{}\n");
  const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
  const references = (id: string) => at(id, { kind: "references", https: `${server.url}/${id}` });
  expect(await run(references("one.json"), references("many"), references("none"))).toMatchObject({
    "one.json": { record: { object: { key: "", bytes: 2, sha256 } } },
    many: { record: { object: { key: ".zmetadata", bytes: 3, sha256 } } },
    none: { result: "failed", reason: expect.stringContaining("no such file; publish the dataset first") },
  });
});

test.each([
  ["{", "not JSON"],
  ['{"format":2}', "not a record: "],
  ['{"format":1,"dataset":"b","kind":"references","object":{"key":"","bytes":1}}', "it is the record of b"],
])("a record file that is none is refused with what to do: %s", (text, message) => {
  writeFileSync(join(folder, "a.json"), text);
  expect(readRecord(join(folder, "a.json"), "a")).toMatchObject([
    {
      code: "record",
      message: expect.stringContaining(message),
      fix: "restore it from git, or write it anew with `isthmus catalog record`",
    },
  ]);
});

test("copies that are whole are recorded; one that is not, or cannot be looked at, is told", async () => {
  const objects: Told[] = [["d/zarr.json", 4, "e"]];
  const lists = await serveLists({ original: objects, whole: objects, part: [] });
  const copy = (to: string) => lists.copy(to, "original", to);
  const mirrors = () => {
    const found = readRecord(recordPath(folder, "east", "a"), "a");
    return found === undefined || Array.isArray(found) ? undefined : found.mirrors;
  };
  const { a } = await run({ ...at("a"), copies: [copy("whole"), copy("part"), copy("gone")] });
  expect(mirrors()).toEqual({ whole: { objects: 1, bytes: 4, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } });
  expect(a).toMatchObject({
    result: "recorded",
    remarks: [
      "the copy at part is not whole, so it is not listed: of 1 objects, 1 missing, d/zarr.json",
      expect.stringMatching(/^the copy at gone was not compared, it is not listed: .*no such bucket/),
    ],
  });
  const before = mirrors();
  await lists.close();
  expect(await run({ ...at("a"), copies: [copy("whole")] })).toMatchObject({
    a: {
      result: "unchanged",
      remarks: [expect.stringMatching(/^the copy at whole was not compared, it is listed as before: /)],
    },
  });
  expect(mirrors()).toEqual(before);
  expect(await run(at("a"))).toMatchObject({ a: { result: "recorded", remarks: [] } });
  expect(mirrors()).toBeUndefined();
});
