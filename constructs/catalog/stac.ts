/** Version of the STAC specification that the pages follow. */
export const stacVersion = "1.1.0";

/** STAC extensions by prefix; a page names those whose fields it has. */
export const extensions = {
  datacube: "https://stac-extensions.github.io/datacube/v2.3.0/schema.json",
  zarr: "https://stac-extensions.github.io/zarr/v1.1.0/schema.json",
  storage: "https://stac-extensions.github.io/storage/v2.0.0/schema.json",
  alternate: "https://stac-extensions.github.io/alternate-assets/v1.2.0/schema.json",
  projection: "https://stac-extensions.github.io/projection/v2.0.0/schema.json",
  raster: "https://stac-extensions.github.io/raster/v2.0.0/schema.json",
  table: "https://stac-extensions.github.io/table/v1.2.0/schema.json",
  file: "https://stac-extensions.github.io/file/v2.1.0/schema.json",
  // Deprecated, but the only one that says how to open a store and that both xpystac and intake-stac obey.
  xarray: "https://stac-extensions.github.io/xarray-assets/v1.0.0/schema.json",
} as const;

/** Media types as the clients spell them. */
export const mediaTypes = {
  json: "application/json",
  // Without "; version=3", which the STAC Zarr best practice would add: xpystac compares the whole string and fails on it.
  zarr: "application/vnd.zarr",
  // The older spelling; intake-stac opens no other.
  zarrCompat: "application/vnd+zarr",
  icechunk: "application/vnd.zarr+icechunk",
  cog: "image/tiff; application=geotiff; profile=cloud-optimized",
  parquet: "application/vnd.apache.parquet",
  // TileDB arrays are directories and have no registered type.
  tiledb: "application/x-tiledb",
} as const;

/** The type of a dataset that is one file; kerchunk's references are one JSON file, or a directory of Parquet files. */
export function fileType(kind: "cog" | "parquet" | "tiledb" | "references", path: string): string {
  if (kind === "references") return path.endsWith(".json") ? mediaTypes.json : mediaTypes.parquet;
  return mediaTypes[kind];
}

export interface StacLink {
  readonly rel: string;
  /** Absolute, or relative to the page. */
  readonly href: string;
  readonly type: string;
  readonly title?: string;
}

/** A page's text: readable, two spaces, a newline at the end. */
export function page(content: object): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** A link to another page. */
export function jsonLink(rel: string, href: string, title?: string): StacLink {
  return { rel, href, type: mediaTypes.json, ...(title === undefined ? {} : { title }) };
}

/** The file extension's checksum: a multihash in hexadecimal (12 = sha2-256, 20 = 32 bytes). */
export function multihash(sha256: string): string {
  return `1220${sha256}`;
}
