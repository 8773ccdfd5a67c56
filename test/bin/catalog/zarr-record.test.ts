import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readZarr } from "../../../bin/catalog/zarr-record";
import { type SmallArray, type SmallStore, temperature, writeStore } from "../../small-store";
import { type StoreServer, serveFolder } from "../../store-server";

let folder: string;
let server: StoreServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-stores-"));
  server = await serveFolder(folder);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

let stores = 0;

/** Writes a store, reads it over HTTP and returns what was recorded. */
async function recorded(store: SmallStore, format: 2 | 3 = 3) {
  const name = `store-${stores++}.zarr`;
  await writeStore(join(folder, name), format, store);
  return readZarr("sample", `${server.url}/${name}`);
}

/** A store of one variable along one coordinate. */
function along(
  name: string,
  coordinate: Partial<SmallArray> & { data: number[] },
  attributes: Record<string, unknown>,
): SmallStore {
  const shape = [coordinate.data.length];
  const common = { dimensions: [name], shape };
  return {
    arrays: { v: { ...common, data: coordinate.data.map(() => 1) }, [name]: { ...common, ...coordinate, attributes } },
  };
}

function digestOf(path: string): { bytes: number; sha256: string } {
  const bytes = readFileSync(join(folder, path));
  return { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

test.each([2, 3] as const)(
  "a Zarr v%i store is recorded with dimensions, variables, extents and digests",
  async (format) => {
    const url = `whole-v${format}.zarr`;
    await writeStore(join(folder, url), format, temperature);
    const { record, remarks } = await readZarr("t2m", `${server.url}/${url}`);
    const chunk = format === 3 ? "air_temperature/c/0/0/0" : "air_temperature/0.0.0";
    const metadata = format === 3 ? "zarr.json" : ".zmetadata";
    expect(remarks).toEqual([]);
    expect(record).toEqual({
      format: 1,
      dataset: "t2m",
      kind: "zarr",
      zarrFormat: format,
      consolidated: true,
      title: "Small model output",
      bbox: [-135, 15, -123.75, 20],
      interval: ["1860-02-29T12:00:00Z", "1861-02-28T12:00:00Z"], // both are 30 February
      uncompressedBytes: 24 * 4 + 2 * 8 + 3 * 4 + 4 * 4 + 8,
      metadata: { key: metadata, ...digestOf(`${url}/${metadata}`) },
      dimensions: {
        time: {
          kind: "time",
          size: 2,
          calendar: "360_day",
          extent: ["1860-02-29T12:00:00Z", "1861-02-28T12:00:00Z"],
          step: "P1Y",
        },
        latitude: { kind: "y", size: 3, unit: "degrees_north", extent: [15, 20], step: 2.5 },
        longitude: { kind: "x", size: 4, unit: "degrees_east", extent: [225, 236.25], step: 3.75 },
      },
      variables: {
        air_temperature: {
          role: "data",
          dimensions: ["time", "latitude", "longitude"],
          shape: [2, 3, 4],
          chunks: [1, 3, 4],
          dtype: "float32",
          unit: "K",
          standardName: "air_temperature",
          sample: { key: chunk, ...digestOf(`${url}/${chunk}`) },
        },
        height: {
          role: "auxiliary",
          dimensions: [],
          shape: [],
          chunks: [],
          dtype: "float64",
          unit: "m",
          standardName: "height",
        },
        latitude: coordinate("latitude", 3, "degrees_north", "float32"),
        longitude: coordinate("longitude", 4, "degrees_east", "float32"),
        time: coordinate("time", 2, "days since 1860-01-01 00:00:00", "float64"),
      },
    });
  },
);

function coordinate(name: string, size: number, unit: string, dtype: string) {
  return { role: "auxiliary", dimensions: [name], shape: [size], chunks: [size], dtype, unit, standardName: name };
}

test("a sharded array tells its chunks and its shards", async () => {
  const store = { arrays: { v: { dimensions: ["x"], shape: [8], data: [1, 2, 3, 4, 5, 6, 7, 8] } } };
  await writeStore(join(folder, "sharded.zarr"), 3, store);
  const path = join(folder, "sharded.zarr/zarr.json");
  const group = JSON.parse(readFileSync(path, "utf8"));
  group.consolidated_metadata.metadata.v.codecs = [{ name: "sharding_indexed", configuration: { chunk_shape: [2] } }];
  writeFileSync(path, JSON.stringify(group));
  const { record } = await readZarr("sharded", `${server.url}/sharded.zarr`);
  expect(record.variables.v).toMatchObject({ chunks: [2], shards: [8] });
});

test("the sample is the first chunk that exists", async () => {
  const store = { arrays: { v: { dimensions: ["x"], shape: [4], chunks: [1], data: [1, 2, 3, 4] } } };
  await writeStore(join(folder, "sparse.zarr"), 3, store);
  rmSync(join(folder, "sparse.zarr/v/c/0"));
  rmSync(join(folder, "sparse.zarr/v/c/1"));
  const { record } = await readZarr("sparse", `${server.url}/sparse.zarr`);
  expect(record.variables.v?.sample).toEqual({ key: "v/c/2", ...digestOf("sparse.zarr/v/c/2") });
  rmSync(join(folder, "sparse.zarr/v/c"), { recursive: true });
  expect((await readZarr("sparse", `${server.url}/sparse.zarr`)).record.variables.v).not.toHaveProperty("sample");
});

test("64-bit integer times, and the first and last whatever their order", async () => {
  const { record } = await recorded(
    along("time", { dtype: "int64", data: [3, 1, 2] }, { units: "hours since 2020-02-29" }),
  );
  expect(record.interval).toEqual(["2020-02-29T01:00:00Z", "2020-02-29T03:00:00Z"]);
  expect(record.dimensions.time).toMatchObject({ kind: "time", calendar: "standard", step: null });
});

test("units, not names, tell what a coordinate is", async () => {
  const { record } = await recorded({
    arrays: {
      v: { dimensions: ["a", "b"], shape: [2, 2], data: [1, 2, 3, 4] },
      a: { dimensions: ["a"], shape: [2], data: [-10, 10], attributes: { units: "degreesN" } },
      b: { dimensions: ["b"], shape: [2], data: [20, 40], attributes: { units: "degree_east" } },
    },
  });
  expect(record.bbox).toEqual([20, -10, 40, 10]);
  expect(record.dimensions).toMatchObject({ a: { kind: "y" }, b: { kind: "x" } });
});

test("names alone tell nothing: without CF attributes there is no place and no time", async () => {
  const { record } = await recorded({
    arrays: {
      v: { dimensions: ["time", "lat", "lon"], shape: [1, 1, 1], data: [1] },
      time: { dimensions: ["time"], shape: [1], data: [1] },
      lat: { dimensions: ["lat"], shape: [1], data: [1] },
      lon: { dimensions: ["lon"], shape: [1], data: [1] },
    },
  });
  expect([record.bbox, record.interval]).toEqual([null, null]);
  expect(record.dimensions.lat).toEqual({ kind: "other", size: 1, extent: [1, 1], values: [1] });
});

test("a curvilinear grid's place comes from its two-dimensional longitudes and latitudes", async () => {
  const grid = { dimensions: ["y", "x"], shape: [2, 2] };
  const { record } = await recorded({
    arrays: {
      v: { ...grid, data: [1, 2, 3, 4], attributes: { coordinates: "lon lat" } },
      lon: { ...grid, data: [350, 355, 351, 356], attributes: { units: "degrees_east" } },
      lat: { ...grid, data: [50, 51, 60, 1e20], attributes: { units: "degrees_north", missing_value: 1e20 } },
    },
  });
  expect(record.bbox).toEqual([-10, 50, -4, 60]);
  expect(record.variables.lon?.role).toBe("auxiliary");
  expect(record.dimensions).toEqual({ y: { kind: "index", size: 2 }, x: { kind: "index", size: 2 } });
});

test("projected axes are spatial only with their reference system", async () => {
  const x = {
    dimensions: ["x"],
    shape: [2],
    data: [0, 1000],
    attributes: { units: "m", standard_name: "projection_x_coordinate" },
  };
  const v = { dimensions: ["x"], shape: [2], data: [1, 2], attributes: { grid_mapping: "crs" } };
  const crs = { dimensions: [], shape: [], data: [0], attributes: { crs_wkt: "PROJCRS[...]" } };
  const known = await recorded({ arrays: { v, x, crs } });
  expect(known.record.dimensions.x).toMatchObject({ kind: "x", unit: "m", referenceSystem: "PROJCRS[...]" });
  expect(known.record.variables.crs?.role).toBe("auxiliary");
  const unknown = await recorded({ arrays: { v: { ...v, attributes: {} }, x } });
  expect(unknown.record.dimensions.x).toMatchObject({ kind: "other", unit: "m" });
});

test("levels are vertical and list their values; packed and missing values are what they mean", async () => {
  const packed = { dtype: "int64" as const, data: [10, 20, -1, 50] };
  const { record } = await recorded(
    along("level", packed, { units: "hPa", scale_factor: 10, add_offset: 0, _FillValue: -1, positive: "down" }),
  );
  expect(record.dimensions.level).toMatchObject({
    kind: "z",
    unit: "hPa",
    extent: [100, 500],
    values: [100, 200, 500],
    step: null,
  });
});

test("an axis along a dimension of another name is found, and named", async () => {
  const { record } = await recorded({
    arrays: {
      v: { dimensions: ["step"], shape: [2], data: [1, 2] },
      valid_time: {
        dimensions: ["step"],
        shape: [2],
        data: [0, 6],
        attributes: { units: "hours since 2020-01-01", standard_name: "time" },
      },
    },
  });
  expect(record.dimensions.step).toMatchObject({ kind: "time", coordinate: "valid_time", step: "PT6H" });
});

test("a time that cannot be understood is a remark, not an error and not a guess", async () => {
  const { record, remarks } = await recorded(along("time", { data: [1, 2] }, { units: "months since 2000-01-01" }));
  expect(record.interval).toBeNull();
  expect(record.dimensions.time).toEqual({ kind: "index", size: 2 });
  expect(remarks).toEqual(["time has a time that cannot be read: units months since 2000-01-01"]);
});

test("a codec that is not known here is a remark too", async () => {
  await writeStore(join(folder, "codec.zarr"), 2, along("lat", { data: [1, 2] }, { units: "degrees_north" }));
  const path = join(folder, "codec.zarr/.zmetadata");
  const all = JSON.parse(readFileSync(path, "utf8"));
  all.metadata["lat/.zarray"].compressor = { id: "rot13" };
  writeFileSync(path, JSON.stringify(all));
  const { record, remarks } = await readZarr("codec", `${server.url}/codec.zarr`);
  expect(record.dimensions.lat).toEqual({ kind: "index", size: 2 });
  expect(remarks).toEqual([expect.stringMatching(/^lat cannot be decoded here \(.*rot13.*\)$/)]);
});

const consolidate = "consolidate it where it is written (zarr.consolidate_metadata), then record again";
const point = "point `path` at the group that holds the arrays";

test.each([
  [
    "nothing",
    {},
    "no Zarr store there (neither zarr.json nor .zmetadata); publish the dataset first, or correct its `bucket` and `path`",
  ],
  [
    "v3 without consolidated metadata",
    { "zarr.json": { zarr_format: 3, node_type: "group" } },
    `a Zarr v3 store without consolidated metadata; ${consolidate}`,
  ],
  [
    "v2 without consolidated metadata",
    { ".zgroup": { zarr_format: 2 } },
    `a Zarr v2 store without consolidated metadata; ${consolidate}`,
  ],
  ["a single array", { "zarr.json": { zarr_format: 3, node_type: "array" } }, `the root is not a group; ${point}`],
  ["an empty group", { ".zmetadata": { metadata: { ".zgroup": {} } } }, `no arrays in the root group; ${point}`],
  [
    "an array without names of dimensions",
    { ".zmetadata": { metadata: { "v/.zarray": { shape: [1], chunks: [1], dtype: "<f4" } } } },
    "array v does not name its dimensions; write it with xarray, or add them",
  ],
])("%s is refused with what to do", async (name, files, message) => {
  const path = `bad-${name.replaceAll(" ", "-")}.zarr`;
  const { mkdirSync } = await import("node:fs");
  mkdirSync(join(folder, path));
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, path, file), JSON.stringify(content));
  await expect(readZarr("bad", `${server.url}/${path}`)).rejects.toThrow(`${server.url}/${path}: ${message}`);
});

test("a page instead of a store is told as such", async () => {
  await writeStore(join(folder, "page.zarr"), 3, temperature);
  writeFileSync(join(folder, "page.zarr/zarr.json"), "<!doctype html>");
  await expect(readZarr("page", `${server.url}/page.zarr`)).rejects.toThrow(/page\.zarr\/zarr\.json: is not JSON; /);
});

test("a server's trouble is never taken for a missing chunk", async () => {
  await writeStore(join(folder, "trouble.zarr"), 3, temperature);
  server.refuse(/^\/trouble\.zarr\/longitude\/c/, 503);
  await expect(readZarr("trouble", `${server.url}/trouble.zarr`)).rejects.toThrow(
    `${server.url}/trouble.zarr/longitude/c/0: answered 503 Service Unavailable; the server is in trouble, record again later`,
  );
});

test("403 for what is missing is told with its reason", async () => {
  await writeStore(join(folder, "private.zarr"), 2, temperature);
  server.refuse(/^\/private\.zarr\/zarr\.json/, 403);
  await expect(readZarr("private", `${server.url}/private.zarr`)).rejects.toThrow(
    "answered 403 Forbidden; let anybody read and list the bucket: a store that may not be listed answers 403 for what is only missing",
  );
});

test("metadata is asked for once, not for each array", async () => {
  await writeStore(join(folder, "once.zarr"), 3, temperature);
  const before = server.asked.length;
  await readZarr("once", `${server.url}/once.zarr`);
  const asked = server.asked.slice(before).filter((path) => path.endsWith(".json"));
  expect(asked).toEqual(["/once.zarr/zarr.json"]);
});
