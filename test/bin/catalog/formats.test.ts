import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readCog } from "../../../bin/catalog/cog-record";
import { objectName } from "../../../bin/catalog/icechunk-files";
import { longitudeRange } from "../../../bin/catalog/longitude";
import { namedInterval } from "../../../bin/catalog/named-times";
import { readParquet } from "../../../bin/catalog/parquet-record";
import { readIcechunk } from "../../../bin/catalog/zarr-record";
import { datasetRecord } from "../../../constructs/catalog/record";
import { type StoreServer, serveFolder } from "../../store-server";

/** Files that the formats' own libraries wrote: samples/make.py. */
let folder: string;
let server: StoreServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-formats-"));
  cpSync(join(__dirname, "samples"), folder, { recursive: true });
  server = await serveFolder(folder);
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Replaces bytes of a file from a place on; a negative place counts from the end. */
function damage(path: string, place: number, bytes: number[]): void {
  const file = join(folder, path);
  const content = readFileSync(file);
  content.set(bytes, place < 0 ? content.length + place : place);
  writeFileSync(file, content);
}

describe("Icechunk", () => {
  test.each([1, 2])("version %i: arrays, place and digests at the tip of main", async (version) => {
    const { record, remarks } = await readIcechunk("ice", `${server.url}/ice-${version}`);
    expect(datasetRecord.parse(record)).toEqual(record);
    expect(remarks).toEqual([]);
    expect(record).toMatchObject({
      specVersion: version,
      title: "Small repository",
      bbox: [0, 10, 29.9, 20],
      interval: null,
      uncompressedBytes: 8 * (2 + 300 + 600),
      documents: { count: 4 },
      dimensions: { lat: { kind: "y", size: 2, extent: [10, 20] }, lon: { kind: "x", size: 300, step: 0.1 } },
      variables: { t: { role: "data", unit: "K", longName: "field", sample: { key: "t/c/0/0", bytes: 4554 } } },
    });
  });

  test("what is random in a repository is in no record: two repositories of the same data have the same", async () => {
    const [one, two] = await Promise.all([1, 2].map((v) => readIcechunk("ice", `${server.url}/ice-${v}`)));
    expect({ ...one?.record, specVersion: 0, documents: 0 }).toEqual({ ...two?.record, specVersion: 0, documents: 0 });
    expect(JSON.stringify([one, two])).not.toMatch(/[0-9A-HJKMNP-TV-Z]{20}/);
  });

  test.each([
    ["ice-1/refs/branch.main/ref.json", "names no snapshot"],
    ["ice-1/snapshots/W15EKGT1EGE5K6GZ03E0", "is not a file of Icechunk"],
    ["ice-2/repo", "is not a file of Icechunk"],
  ])("a damaged %s is told with its address", async (path, message) => {
    damage(path, 0, [0, 0, 0, 0]);
    await expect(readIcechunk("ice", `${server.url}/${path.slice(0, 5)}`)).rejects.toThrow(`${path}: ${message}`);
  });

  test("a later version of the format is refused, with what to do", async () => {
    damage("ice-2/repo", 36, [3]);
    await expect(readIcechunk("ice", `${server.url}/ice-2`)).rejects.toThrow(
      "is of version 3 of Icechunk's format, which is not known here; update Isthmus",
    );
  });

  test("an object that a commit needs and that is gone is a failure, not a fill value", async () => {
    rmSync(join(folder, "ice-1/chunks"), { recursive: true });
    await expect(readIcechunk("ice", `${server.url}/ice-1`)).rejects.toThrow(/is missing, and the manifest has it/);
    rmSync(join(folder, "ice-1/manifests"), { recursive: true });
    await expect(readIcechunk("ice", `${server.url}/ice-1`)).rejects.toThrow(/is missing, and a snapshot needs it/);
    await expect(readIcechunk("ice", `${server.url}/none`)).rejects.toThrow("no Icechunk repository there");
  });

  test("objects are named by their ids in Crockford's base 32", () => {
    expect(objectName(Uint8Array.from([11, 28, 200, 214, 120, 117, 128, 240, 227, 58, 101, 52]))).toBe(
      "1CECHNKREP0F1RSTCMT0",
    );
  });
});

describe("GeoTIFF", () => {
  test("a cloud-optimized one, of days on a sphere, in BigTIFF", async () => {
    const { record, remarks } = await readCog("image", `${server.url}/sphere.tif`);
    expect(datasetRecord.parse(record)).toEqual(record);
    expect(remarks).toEqual([]);
    expect(record).toMatchObject({
      object: { key: "", bytes: 2756 },
      title: "A <small> image & more",
      license: "CC0-1.0",
      bbox: [170, 0, -150, 30],
      interval: ["2001-02-26T00:00:00Z", "2001-02-28T23:59:59Z"],
      ...{ width: 4, height: 3, tile: [16, 16], overviews: 1, dtype: "float32", nodata: "nan", unit: "K" },
      sampling: "area",
      crs: null,
      wkt: expect.stringContaining('ELLIPSOID["unknown",6371229,0,'),
      transform: [10, 0, 170, 0, -10, 30],
      bands: ["2001-02-26", "2001-02-27", "2001-02-28"],
    });
  });

  test("places of pixels' centres are told as corners; bands without names have their numbers and no time", async () => {
    const { record } = await readCog("image", `${server.url}/points.tif`);
    expect(record).toMatchObject({
      bbox: [170, 0, -150, 30],
      interval: null,
      ...{ crs: "EPSG:4326", sampling: "point", transform: [10, 0, 170, 0, -10, 30], dtype: "int16", nodata: -9 },
      bands: ["1", "2"],
    });
    expect(record).not.toHaveProperty("unit");
  });

  test.each([
    ["strips.tif", "is a TIFF file of strips, not of tiles; write it as a cloud-optimized GeoTIFF"],
    ["days.parquet", "is not a TIFF file"],
    ["none.tif", "no such file; publish the dataset first"],
  ])("%s: %s", async (path, message) => {
    await expect(readCog("image", `${server.url}/${path}`)).rejects.toThrow(`${path}: ${message}`);
  });
});

describe("Parquet", () => {
  test("columns, rows, place by the columns' names, time by the first that tells one", async () => {
    const { record, remarks } = await readParquet("table", `${server.url}/days.parquet`);
    expect(datasetRecord.parse(record)).toEqual(record);
    expect(remarks).toEqual([]);
    expect(record).toMatchObject({
      object: { key: "", bytes: 4281 },
      bbox: [-10, -10, -3, -3],
      interval: ["2001-02-21T00:00:00Z", "2001-02-28T23:59:59Z"],
      rows: 8,
      rowGroups: 2,
    });
    expect(record.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "station string",
      "date date",
      "when timestamp",
      "lon double",
      "lat float",
      "count uint16",
      "valid boolean",
      "more.a int8",
      "more.b.list.element int32",
    ]);
  });

  test("a directory is told by its _metadata", async () => {
    cpSync(join(folder, "days.parquet"), join(folder, "table/_metadata"));
    const { record } = await readParquet("table", `${server.url}/table`);
    expect(record).toMatchObject({ object: { key: "_metadata" }, rows: 8 });
  });

  test("what is damaged is told: no footer, half a footer", async () => {
    damage("days.parquet", -8, [0, 1, 0, 0]);
    await expect(readParquet("table", `${server.url}/days.parquet`)).rejects.toThrow("a footer that cannot be read");
    damage("days.parquet", -4, [0]);
    await expect(readParquet("table", `${server.url}/days.parquet`)).rejects.toThrow("is not a Parquet file");
  });
});

test.each([
  [
    ["1860", "2099"],
    ["1860-01-01T00:00:00Z", "2099-12-31T23:59:59Z"],
  ],
  [
    ["2000-02", "1999-11"],
    ["1999-11-01T00:00:00Z", "2000-02-29T23:59:59Z"],
  ],
  [["2001-02-28"], ["2001-02-28T00:00:00Z", "2001-02-28T23:59:59Z"]],
  [["2001-02-29"], null],
  [["2001-13"], null],
  [["1860", "red"], null],
  [[], null],
])("names of bands %j are the time %j", (names, interval) => {
  expect(namedInterval(names)).toEqual(interval);
});

test.each([
  [225, 315, [-135, -45]],
  [-180, 170, [-180, 170]],
  [170, 210, [170, -150]],
  [0, 360, [-180, 180]],
  [0, 359, [0, -1]],
  [180, 190, [-180, -170]],
])("longitudes from %d to %d are %j", (least, greatest, span) => {
  expect(longitudeRange(least, greatest)).toEqual(span);
});
