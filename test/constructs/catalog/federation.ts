import type { CatalogDataset, CatalogFederation, CatalogSite } from "../../../constructs/catalog/input";
import type { CogRecord, IcechunkRecord, ParquetRecord, ZarrRecord } from "../../../constructs/catalog/record";

/** A public Zarr dataset behind its site's gateway, with what a test changes. */
export function dataset(changes: Partial<CatalogDataset> = {}): CatalogDataset {
  const id = changes.id ?? "sst";
  const place = {
    bucket: "demo-east-library",
    endpoint: "http://127.0.0.1:8611",
    region: "us-east-1",
    pathStyle: true,
  };
  return {
    id,
    title: "Sea surface temperature",
    description: "Monthly means.",
    keywords: ["ocean"],
    kind: "zarr",
    license: "CC-BY-4.0",
    access: "public",
    place,
    uri: `s3://${place.bucket}/ocean/${id}`,
    https: `http://127.0.0.1:8610/zarr/${id}.zarr`,
    servedBy: "east",
    ...changes,
  };
}

/** A site with one hub. */
export function site(changes: Partial<CatalogSite> = {}): CatalogSite {
  const url = "http://127.0.0.1:8610";
  return {
    id: "east",
    institution: "East Institute",
    provider: "hpc",
    timezone: "America/New_York",
    expires: null,
    url,
    dataUrl: url,
    catalog: `${url}/stac/catalog.json`,
    gateway: {},
    hubs: [{ id: "prod", title: "East hub", url: `${url}/east/prod/`, dask: {} }],
    datasets: [dataset()],
    ...changes,
  };
}

/** A store that somebody else runs, fronted by west. */
export const store: CatalogSite = {
  id: "archive",
  institution: "Public Archive",
  provider: "store",
  timezone: "Etc/UTC",
  expires: null,
  region: "us-west-2",
  servedBy: "west",
  url: null,
  dataUrl: null,
  catalog: null,
  gateway: null,
  hubs: [],
  datasets: [dataset({ id: "sst-archived", servedBy: "west", https: "http://127.0.0.1:8640/zarr/sst-archived.zarr" })],
};

const west = "http://127.0.0.1:8640";

export const federation: CatalogFederation = {
  id: "demo",
  title: "Demo federation",
  contact: "ops@example.org",
  sites: [
    store,
    site(),
    site({
      id: "west",
      institution: "West University",
      url: west,
      catalog: `${west}/stac/catalog.json`,
      hubs: [],
      datasets: [],
    }),
  ],
};

/** What was read of `sst`. */
export const record: ZarrRecord = {
  format: 1,
  dataset: "sst",
  kind: "zarr",
  zarrFormat: 3,
  consolidated: true,
  bbox: [150, -30, -140, 30],
  interval: ["1860-06-16T00:00:00Z", "2099-06-16T00:00:00Z"],
  uncompressedBytes: 1234,
  metadata: { key: "zarr.json", bytes: 99, sha256: "ab".repeat(32) },
  dimensions: {
    time: {
      kind: "time",
      size: 240,
      calendar: "360_day",
      extent: ["1860-06-16T00:00:00Z", "2099-06-16T00:00:00Z"],
      step: "P1Y",
    },
    lat: { kind: "y", size: 61, unit: "degrees_north", extent: [-30, 30], step: 1 },
    lon: { kind: "x", size: 71, unit: "degrees_east", extent: [150, 220], step: 1 },
    depth: { kind: "z", size: 2, unit: "m", extent: [0, 10], step: 10, values: [0, 10] },
    member: { kind: "other", size: 2, values: ["r1", "r2"] },
    bnds: { kind: "index", size: 2 },
  },
  variables: {
    lat: { role: "auxiliary", dimensions: ["lat"], shape: [61], chunks: [61], dtype: "float64" },
    sst: {
      role: "data",
      dimensions: ["time", "lat", "lon"],
      shape: [240, 61, 71],
      chunks: [24, 61, 71],
      dtype: "float32",
      unit: "K",
      longName: "Sea surface temperature",
      standardName: "sea_surface_temperature",
      sample: { key: "sst/c/0/0/0", bytes: 7, sha256: "cd".repeat(32) },
    },
    name: { role: "auxiliary", dimensions: ["member"], shape: [2], chunks: [2], dtype: "string" },
  },
};

const { zarrFormat, consolidated, metadata, ...arrays } = record;

/** The same data in other formats. */
export const icechunkRecord: IcechunkRecord = {
  ...arrays,
  kind: "icechunk",
  specVersion: 1,
  documents: { count: 8, bytes: 900, sha256: "ef".repeat(32) },
};

const extents = { bbox: record.bbox, interval: record.interval };
const object = { key: "", bytes: 5, sha256: "00".repeat(32) };

export const cogRecord: CogRecord = {
  ...{ format: 1, dataset: "sst", kind: "cog", object },
  ...extents,
  width: 71,
  height: 61,
  tile: [64, 64],
  overviews: 0,
  dtype: "float32",
  nodata: "nan",
  unit: "K",
  sampling: "area",
  crs: "EPSG:4326",
  transform: [1, 0, 149.5, 0, -1, 30.5],
  bands: ["1860", "1861"],
};

export const parquetRecord: ParquetRecord = {
  ...{ format: 1, dataset: "sst", kind: "parquet", object },
  ...extents,
  rows: 240,
  rowGroups: 2,
  columns: [
    { name: "year", type: "int16" },
    { name: "sst", type: "float" },
  ],
};
