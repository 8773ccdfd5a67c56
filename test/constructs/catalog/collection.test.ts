import { expect, test } from "vitest";
import type { StacAssets } from "../../../constructs/catalog/assets";
import { collection } from "../../../constructs/catalog/collection";
import type { CatalogDataset } from "../../../constructs/catalog/input";
import type { DatasetRecord } from "../../../constructs/catalog/record";
import { cogRecord, dataset, icechunkRecord, parquetRecord, record, site } from "./federation";

interface Collection {
  readonly stac_extensions: readonly string[];
  readonly description: string;
  readonly extent: unknown;
  readonly assets: StacAssets;
  readonly [field: string]: unknown;
}

/** The page of a dataset as its readers get it. */
function made(changes: Partial<CatalogDataset> = {}, of?: DatasetRecord): Collection {
  const owner = "http://127.0.0.1:8610/stac";
  const page = collection({ site: site(), dataset: dataset(changes), record: of, owner });
  return JSON.parse(JSON.stringify(page)) as Collection;
}

/** Short names of the extensions that a page declares. */
function extensions(page: Collection): string[] {
  return page.stac_extensions.map((url) =>
    url.replace("https://stac-extensions.github.io/", "").replace("/schema.json", ""),
  );
}

test("copies that were whole when they were recorded are alternates, with their stores; others are not", () => {
  const at = (id: string) => {
    const place = {
      bucket: `${id}-b`,
      endpoint: "https://s3.eu-west-1.amazonaws.com",
      region: "eu-west-1",
      pathStyle: false,
    };
    const https = `https://${place.bucket}.s3.eu-west-1.amazonaws.com/ocean/sst`;
    return { site: id, institution: `Institute ${id}`, place, uri: `s3://${place.bucket}/ocean/sst`, https };
  };
  const copies = [at("rhine"), at("delta")];
  const manifest = { objects: 2, bytes: 9, sha256: "cd".repeat(32) };
  const page = made({ copies }, { ...record, mirrors: { rhine: manifest, gone: manifest } });
  expect(Object.keys(page.assets["zarr-https"]?.alternate as object)).toEqual(["s3", "https-at-rhine", "s3-at-rhine"]);
  expect(page.assets["zarr-https"]?.alternate).toMatchObject({
    "https-at-rhine": { href: copies[0]?.https, "alternate:name": "Copy at Institute rhine" },
    "s3-at-rhine": { href: "s3://rhine-b/ocean/sst", "storage:refs": ["at-rhine"] },
  });
  expect(page["storage:schemes"]).toMatchObject({
    "at-rhine": { type: "aws-s3", bucket: "rhine-b", region: "eu-west-1", anonymous: true },
  });
  expect(JSON.stringify(page)).not.toContain("delta");
  const ice = made({ kind: "icechunk", copies }, { ...icechunkRecord, mirrors: { delta: manifest } });
  expect(ice.assets["icechunk-https"]?.alternate).toHaveProperty("https-at-delta");
  for (const of of [record, undefined]) expect(made({ copies }, of)).toEqual(made({}, of));
});

test("a copy on Google Cloud is linked as its own clients spell it", () => {
  const place = {
    ...{ bucket: "b-b", endpoint: "https://storage.googleapis.com", region: "us-central1", pathStyle: true },
    scheme: "gs" as const,
  };
  const https = "https://storage.googleapis.com/b-b/ocean/sst";
  const copies = [{ site: "b", institution: "Institute b", place, uri: "gs://b-b/ocean/sst", https }];
  const page = made({ copies }, { ...record, mirrors: { b: { objects: 2, bytes: 9, sha256: "cd".repeat(32) } } });
  expect(page.assets["zarr-https"]?.alternate).toMatchObject({
    "https-at-b": { href: https },
    "gs-at-b": {
      href: "gs://b-b/ocean/sst",
      "alternate:name": "Google Cloud Storage, copy at Institute b",
      "storage:refs": ["at-b"],
    },
  });
  expect(page["storage:schemes"]).toMatchObject({ "at-b": { type: "google-gcs", bucket: "b-b", anonymous: true } });
});

test("title, license, keywords and host come from the config", () => {
  expect(made()).toMatchObject({
    id: "sst",
    title: "Sea surface temperature",
    license: "CC-BY-4.0",
    keywords: ["ocean"],
    providers: [{ name: "East Institute", roles: ["host"], url: "http://127.0.0.1:8610" }],
  });
  expect(made({ keywords: [] })).not.toHaveProperty("keywords");
});

test("extents and extensions of a recorded dataset", () => {
  const page = made({}, record);
  expect(page.extent).toEqual({
    spatial: { bbox: [[150, -30, -140, 30]] },
    temporal: { interval: [["1860-06-16T00:00:00Z", "2099-06-16T00:00:00Z"]] },
  });
  expect(extensions(page)).toEqual([
    "datacube/v2.3.0",
    "zarr/v1.1.0",
    "storage/v2.0.0",
    "alternate-assets/v1.2.0",
    "file/v2.1.0",
    "xarray-assets/v1.0.0",
  ]);
  expect(page["isthmus:dataset"]).toEqual({
    site: "east",
    kind: "zarr",
    access: "public",
    served_by: "east",
    recorded: true,
    extent_known: { spatial: true, temporal: true },
    uncompressed_bytes: 1234,
    metadata: record.metadata,
    samples: { sst: record.variables.sst?.sample },
  });
});

test("the data cube's dimensions", () => {
  expect(made({}, record)["cube:dimensions"]).toEqual({
    time: { type: "temporal", description: "calendar 360_day", extent: record.interval, step: "P1Y" },
    lat: { type: "spatial", axis: "y", unit: "degrees_north", extent: [-30, 30], step: 1, reference_system: 4326 },
    lon: { type: "spatial", axis: "x", unit: "degrees_east", extent: [150, 220], step: 1, reference_system: 4326 },
    depth: { type: "spatial", axis: "z", unit: "m", extent: [0, 10], step: 10, values: [0, 10] },
    member: { type: "other", values: ["r1", "r2"] },
    bnds: { type: "index", description: "no coordinate: positions", extent: [0, 1] },
  });
});

test("the data cube's variables; a dimension's coordinate is not among them", () => {
  expect(made({}, record)["cube:variables"]).toEqual({
    sst: {
      type: "data",
      description: "Sea surface temperature",
      dimensions: ["time", "lat", "lon"],
      unit: "K",
      data_type: "float32",
      standard_name: "sea_surface_temperature",
      shape: [240, 61, 71],
      chunks: [24, 61, 71],
    },
    name: { type: "auxiliary", dimensions: ["member"], data_type: "other", shape: [2], chunks: [2] },
  });
});

test("Zarr: the https link first, for xpystac; the older type for older clients; the store itself; the metadata's checksum", () => {
  const zarr = { "zarr:node_type": "group", "zarr:consolidated": true, "zarr:zarr_format": 3 };
  const { assets } = made({}, record);
  expect(Object.keys(assets)).toEqual(["zarr-https", "zarr-compat", "zarr-s3", "zarr-metadata"]);
  expect(assets["zarr-https"]).toEqual({
    href: "http://127.0.0.1:8610/zarr/sst.zarr",
    type: "application/vnd.zarr",
    title: expect.any(String),
    roles: ["data", "default"],
    ...zarr,
    "xarray:open_kwargs": { engine: "zarr", consolidated: true, zarr_format: 3 },
    alternate: { s3: { href: "s3://demo-east-library/ocean/sst", "alternate:name": "S3", "storage:refs": ["store"] } },
  });
  expect(assets["zarr-compat"]).toMatchObject({
    type: "application/vnd+zarr",
    ...zarr,
    "xarray:open_kwargs": { consolidated: true, zarr_format: 3 },
  });
  expect(assets["zarr-s3"]).toMatchObject({
    href: "s3://demo-east-library/ocean/sst",
    type: "application/vnd.zarr",
    roles: ["data"],
    "xarray:storage_options": {
      anon: true,
      client_kwargs: { endpoint_url: "http://127.0.0.1:8611", region_name: "us-east-1" },
      config_kwargs: { s3: { addressing_style: "path" } },
    },
    "storage:refs": ["store"],
  });
  expect(assets["zarr-metadata"]).toMatchObject({
    href: "http://127.0.0.1:8610/zarr/sst.zarr/zarr.json",
    roles: ["metadata"],
    "file:size": 99,
    "file:checksum": `1220${"ab".repeat(32)}`,
  });
});

test("clients of a store whose readers pay are told to say so", () => {
  const page = made({
    access: "federation",
    https: null,
    place: {
      endpoint: "https://s3.us-west-2.amazonaws.com",
      bucket: "b",
      region: "us-west-2",
      pathStyle: false,
      requesterPays: true,
    },
  });
  expect(page["storage:schemes"]).toMatchObject({ store: { type: "aws-s3", requester_pays: true, anonymous: false } });
  expect(page.assets["zarr-s3"]).toMatchObject({ "xarray:storage_options": { requester_pays: true } });
  expect(page.description).toContain("pays for that");
});

test("a bucket of Google Cloud is linked as its own clients spell it", () => {
  const place = {
    ...{ endpoint: "https://storage.googleapis.com", bucket: "b", region: "us-central1", pathStyle: true },
    scheme: "gs" as const,
  };
  const page = made({ uri: "gs://b/ocean/sst", place });
  expect(page["storage:schemes"]).toMatchObject({
    store: { type: "google-gcs", platform: "https://storage.googleapis.com/{bucket}", anonymous: true },
  });
  expect(Object.keys(page.assets)).toContain("zarr-gs");
  expect(page.assets["zarr-gs"]).toMatchObject({
    href: "gs://b/ocean/sst",
    "xarray:storage_options": { token: "anon" },
  });
  expect(page.assets["zarr-https"]).toMatchObject({
    alternate: { gs: { href: "gs://b/ocean/sst", "alternate:name": "Google Cloud Storage" } },
  });
  const paid = made({ access: "federation", https: null, place: { ...place, requesterPays: true } });
  expect(paid.assets["zarr-gs"]?.["xarray:storage_options"]).toEqual({ requester_pays: true });
});

test("the store is described for those who read it directly", () => {
  expect(made()["storage:schemes"]).toEqual({
    store: {
      type: "custom-s3",
      platform: "http://127.0.0.1:8611",
      bucket: "demo-east-library",
      region: "us-east-1",
      requester_pays: false,
      anonymous: true,
    },
  });
  const virtual = { bucket: "b", endpoint: "https://store.example.org", region: "r", pathStyle: false };
  expect(made({ place: virtual })["storage:schemes"]).toMatchObject({
    store: { platform: "https://{bucket}.store.example.org" },
  });
  expect(made({ place: virtual }).assets["zarr-s3"]?.["xarray:storage_options"]).toMatchObject({
    config_kwargs: { s3: { addressing_style: "virtual" } },
  });
});

test("Amazon's S3 is told as such, and needs no endpoint", () => {
  const place = {
    bucket: "noaa-goes16",
    endpoint: "https://s3.us-west-2.amazonaws.com",
    region: "us-west-2",
    pathStyle: true,
  };
  const page = made({ place });
  expect(page["storage:schemes"]).toMatchObject({
    store: { type: "aws-s3", platform: "https://{bucket}.s3.{region}.amazonaws.com", region: "us-west-2" },
  });
  expect(page.assets["zarr-s3"]?.["xarray:storage_options"]).toEqual({ anon: true });
});

test("a dataset that nobody has recorded has valid extents, nothing invented, and says so", () => {
  const page = made();
  expect(page.extent).toEqual({ spatial: { bbox: [[-180, -90, 180, 90]] }, temporal: { interval: [[null, null]] } });
  expect(page["isthmus:dataset"]).toMatchObject({ recorded: false });
  expect(page.description).toContain("Not recorded yet");
  expect(page).not.toHaveProperty(["cube:dimensions"]);
  expect(page.assets["zarr-https"]).not.toHaveProperty(["zarr:zarr_format"]);
  expect(page.assets["zarr-https"]?.["xarray:open_kwargs"]).toEqual({ engine: "zarr" });
  expect(extensions(page)).toEqual([
    "zarr/v1.1.0",
    "storage/v2.0.0",
    "alternate-assets/v1.2.0",
    "xarray-assets/v1.0.0",
  ]);
});

test("a record without place or time leaves them open, and says which", () => {
  const page = made({}, { ...record, bbox: null, interval: null });
  expect(page.extent).toEqual({ spatial: { bbox: [[-180, -90, 180, 90]] }, temporal: { interval: [[null, null]] } });
  expect(page["isthmus:dataset"]).toMatchObject({ recorded: true, extent_known: { spatial: false, temporal: false } });
});

test("what is for the federation's members has no link for everybody, and no anonymous key", () => {
  const page = made({ access: "federation", https: null });
  expect(Object.keys(page.assets)).toEqual(["zarr-s3"]);
  expect(page.assets["zarr-s3"]?.["xarray:storage_options"]).not.toHaveProperty("anon");
  expect(page["storage:schemes"]).toMatchObject({ store: { anonymous: false } });
  expect(page.description).toContain("Not public: for the federation's members.");
  expect(page.links).toEqual(expect.not.arrayContaining([expect.objectContaining({ rel: "store" })]));
});

test("what is for groups of people has no link at all: only a gateway knows the person", () => {
  const page = made({ access: { sites: ["west"], groups: ["modellers"] }, https: null });
  expect(page.assets).toEqual({});
  expect(page).not.toHaveProperty(["storage:schemes"]);
  expect(page.description).toContain("Not public: for hubs of west and for people of modellers.");
  expect(Object.keys(made({ access: { sites: ["west"] }, https: null }).assets)).toEqual(["zarr-s3"]);
});

test("Icechunk: over https and in the store, told as the same arrays in Zarr are, without a commit's random names", () => {
  const page = made({ kind: "icechunk", https: "http://127.0.0.1:8610/icechunk/sst" }, icechunkRecord);
  const type = "application/vnd.zarr+icechunk";
  expect(page.assets["icechunk-https"]).toMatchObject({
    href: "http://127.0.0.1:8610/icechunk/sst",
    type,
    roles: ["data", "default"],
    version: "main",
  });
  expect(page.assets["icechunk-s3"]).toMatchObject({
    href: "s3://demo-east-library/ocean/sst",
    type,
    version: "main",
    "storage:refs": ["store"],
  });
  const zarr = made({}, record);
  for (const field of ["extent", "cube:dimensions", "cube:variables"] as const)
    expect(page[field]).toEqual(zarr[field]);
  expect(page["isthmus:dataset"]).toMatchObject({
    documents: icechunkRecord.documents,
    samples: { sst: { key: "sst/c/0/0/0" } },
  });
});

test("an image: what all its bands share, its place and their names, with the extent of its edges", () => {
  const page = made({ kind: "cog", https: "http://127.0.0.1:8610/files/sst" }, cogRecord);
  const told = {
    data_type: "float32",
    nodata: "nan",
    unit: "K",
    "raster:sampling": "area",
    "proj:code": "EPSG:4326",
    "proj:shape": [61, 71],
    "proj:transform": [1, 0, 149.5, 0, -1, 30.5],
    "proj:bbox": [149.5, -30.5, 220.5, 30.5],
    bands: [{ name: "1860" }, { name: "1861" }],
    "file:size": 5,
    "file:checksum": `1220${"00".repeat(32)}`,
    "xarray:open_kwargs": { engine: "rasterio" },
  };
  expect(page.assets["cog-https"]).toMatchObject(told);
  expect(page.assets["cog-s3"]).toMatchObject(told);
  // xpystac would hand them to GDAL, which knows no such thing.
  expect(page.assets["cog-s3"]).not.toHaveProperty(["xarray:storage_options"]);
  expect(page.extent).toMatchObject({ spatial: { bbox: [cogRecord.bbox] } });
  expect(extensions(page)).toEqual([
    ...["projection/v2.0.0", "raster/v2.0.0", "storage/v2.0.0", "alternate-assets/v1.2.0", "file/v2.1.0"],
    "xarray-assets/v1.0.0",
  ]);
});

test("a system of coordinates without a code is told in words, and its code as null", () => {
  const { assets } = made({ kind: "cog", https: "http://x/files/a" }, { ...cogRecord, crs: null, wkt: "GEOGCRS[]" });
  expect(assets["cog-https"]).toMatchObject({ "proj:code": null, "proj:wkt2": "GEOGCRS[]" });
});

test("a table: its columns and rows", () => {
  const page = made({ kind: "parquet", https: "http://127.0.0.1:8610/files/sst" }, parquetRecord);
  expect(page).toMatchObject({ "table:columns": parquetRecord.columns, "table:row_count": 240 });
  expect(page.stac_extensions).toContain("https://stac-extensions.github.io/table/v1.2.0/schema.json");
  expect(page.assets["parquet-s3"]?.["table:storage_options"]).toMatchObject({ anon: true });
  expect(page.extent).toMatchObject({ temporal: { interval: [parquetRecord.interval] } });
  expect(page["isthmus:dataset"]).toMatchObject({ object: parquetRecord.object });
});

test("a record of another kind than the config has is not believed", () => {
  const { assets } = made({ kind: "parquet", https: "http://x/files/a" }, cogRecord);
  expect(assets["parquet-https"]).not.toHaveProperty(["file:size"]);
});

test.each([
  ["cog", "s3://b/a.tif", "image/tiff; application=geotiff; profile=cloud-optimized", ["data", "default"]],
  ["parquet", "s3://b/a", "application/vnd.apache.parquet", ["data", "default"]],
  ["references", "s3://b/a.json", "application/json", ["data", "references", "default"]],
  ["references", "s3://b/a.parq", "application/vnd.apache.parquet", ["data", "references", "default"]],
  ["tiledb", "s3://b/a", "application/x-tiledb", ["data", "default"]],
] as const)("%s at %s has its media type", (kind, uri, type, roles) => {
  const { assets } = made({ kind, uri, https: "http://127.0.0.1:8610/files/a" });
  expect(assets[`${kind}-https`]).toMatchObject({ href: "http://127.0.0.1:8610/files/a", type, roles });
  expect(assets[`${kind}-s3`]).toMatchObject({ href: uri, type });
});
