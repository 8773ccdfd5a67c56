import { copyAlternates } from "./copies";
import type { CatalogDataset } from "./input";
import { raster } from "./raster";
import type { DatasetRecord, StoredObject, ZarrRecord } from "./record";
import { fileType, mediaTypes, multihash } from "./stac";
import { bucketIsOpen, schemeOf, storageOptions, storeName } from "./storage";

/** The key of a dataset's store in its collection's `storage:schemes`. */
export const storeRef = "store";

/** A STAC asset; extension fields as the extensions name them. */
export interface StacAsset {
  readonly href: string;
  readonly type: string;
  readonly title: string;
  readonly roles: readonly string[];
  readonly [extensionField: string]: unknown;
}

export type StacAssets = Readonly<Record<string, StacAsset>>;

/**
 * The assets of a dataset, the one that needs no site-specific code first. A dataset that is not public has no https link:
 * only what a hub with a grant can open. What groups of people may read has none at all, since a gateway must know the person.
 */
export function assetsOf(dataset: CatalogDataset, record: DatasetRecord | undefined): StacAssets {
  if (dataset.kind === "zarr") return zarrAssets(dataset, record?.kind === "zarr" ? record : undefined);
  if (dataset.kind === "icechunk") return icechunkAssets(dataset, record);
  return fileAssets(dataset, dataset.kind, record?.kind === dataset.kind ? record : undefined);
}

function zarrAssets(dataset: CatalogDataset, record: ZarrRecord | undefined): StacAssets {
  const { https, place, access } = dataset;
  const known = record ? { consolidated: record.consolidated, zarr_format: record.zarrFormat } : {};
  const zarr = {
    "zarr:node_type": "group",
    ...(record ? { "zarr:consolidated": record.consolidated, "zarr:zarr_format": record.zarrFormat } : {}),
  };
  const assets: Record<string, StacAsset> = {};
  if (https !== null) {
    assets["zarr-https"] = {
      href: https,
      type: mediaTypes.zarr,
      title: "Zarr over HTTPS: opens anywhere, with nothing but the link",
      roles: ["data", "default"],
      ...zarr,
      "xarray:open_kwargs": { engine: "zarr", ...known },
      ...alternates(dataset, record),
    };
    assets["zarr-compat"] = {
      href: https,
      type: mediaTypes.zarrCompat,
      title: "The same for clients that know only the older media type",
      roles: ["data"],
      ...zarr,
      "xarray:open_kwargs": { consolidated: true, ...known },
    };
  }
  if (bucketIsOpen(access))
    assets[`zarr-${schemeOf(place)}`] = {
      href: dataset.uri,
      type: mediaTypes.zarr,
      title: "Zarr in the store itself: the quicker way for compute beside it",
      roles: ["data"],
      ...zarr,
      "xarray:open_kwargs": { engine: "zarr", ...known },
      "xarray:storage_options": storageOptions(place, access),
      "storage:refs": [storeRef],
    };
  if (https !== null && record) assets["zarr-metadata"] = metadataAsset(https, record.metadata);
  return assets;
}

function metadataAsset(https: string, metadata: StoredObject): StacAsset {
  return {
    href: `${https}/${metadata.key}`,
    type: mediaTypes.json,
    title: "The store's consolidated metadata; equal copies have an equal checksum",
    roles: ["metadata"],
    ...fileFields(metadata),
  };
}

/** The same bytes by another way, or elsewhere; no fields but those of the place. */
function alternates(dataset: CatalogDataset, record: DatasetRecord | undefined) {
  if (!bucketIsOpen(dataset.access)) return {};
  const scheme = schemeOf(dataset.place);
  const name = storeName(dataset.place);
  const inStore = { [scheme]: { href: dataset.uri, "alternate:name": name, "storage:refs": [storeRef] } };
  return { alternate: { ...inStore, ...copyAlternates(dataset, record) } };
}

/**
 * Icechunk 2 opens the https link by `http_storage`, every version the store's. Nothing here names the present snapshot: the
 * repository does, and a commit must not make the catalog wrong.
 */
function icechunkAssets(dataset: CatalogDataset, record: DatasetRecord | undefined): StacAssets {
  const { https, access } = dataset;
  const assets: Record<string, StacAsset> = {};
  const group = { "zarr:node_type": "group", "zarr:zarr_format": 3 };
  if (https !== null)
    assets["icechunk-https"] = {
      href: https,
      type: mediaTypes.icechunk,
      title: "Icechunk repository over HTTPS, read-only",
      roles: ["data", "default"],
      version: "main",
      ...group,
      ...alternates(dataset, record),
    };
  if (bucketIsOpen(access))
    assets[`icechunk-${schemeOf(dataset.place)}`] = {
      href: dataset.uri,
      type: mediaTypes.icechunk,
      title: "Icechunk repository in the store itself",
      roles: ["data"],
      version: "main",
      ...group,
      "storage:refs": [storeRef],
    };
  return assets;
}

type FileRecord = Exclude<DatasetRecord, { kind: "zarr" | "icechunk" }>;

/** Kinds whose link is one file, or a directory that is opened by its name. */
function fileAssets(dataset: CatalogDataset, kind: Kind, record: FileRecord | undefined): StacAssets {
  const { https, access } = dataset;
  const { roles, kwargs, options } = fileKinds[kind];
  const type = fileType(kind, dataset.uri);
  const told = {
    ...(record?.object.key === "" ? fileFields(record.object) : {}),
    ...kwargs,
    ...(record?.kind === "cog" ? raster(record) : {}),
  };
  const assets: Record<string, StacAsset> = {};
  if (https !== null)
    assets[`${kind}-https`] = {
      href: https,
      type,
      title: "Over HTTPS: opens anywhere, with nothing but the link",
      roles: [...roles, "default"],
      ...told,
      ...alternates(dataset, record),
    };
  if (bucketIsOpen(access))
    assets[`${kind}-${schemeOf(dataset.place)}`] = {
      href: dataset.uri,
      type,
      title: "In the store itself",
      roles,
      ...told,
      ...(options === undefined ? {} : { [options]: storageOptions(dataset.place, access) }),
      "storage:refs": [storeRef],
    };
  return assets;
}

type Kind = Exclude<CatalogDataset["kind"], "zarr" | "icechunk">;

interface FileKind {
  readonly roles: string[];
  readonly kwargs?: object;
  /** The field in which readers look for what fsspec needs. GDAL has ways of its own: it would stumble over such options. */
  readonly options?: "xarray:storage_options" | "table:storage_options";
}

const fileKinds: Readonly<Record<Kind, FileKind>> = {
  cog: { roles: ["data"], kwargs: { "xarray:open_kwargs": { engine: "rasterio" } } },
  parquet: { roles: ["data"], options: "table:storage_options" },
  tiledb: { roles: ["data"] },
  references: {
    roles: ["data", "references"],
    kwargs: { "xarray:open_kwargs": { engine: "kerchunk" } },
    options: "xarray:storage_options",
  },
};

function fileFields({ bytes, sha256 }: StoredObject) {
  return { "file:size": bytes, ...(sha256 === undefined ? {} : { "file:checksum": multihash(sha256) }) };
}
