import { assetsOf, type StacAssets, storeRef } from "./assets";
import { copySchemes } from "./copies";
import { datacube } from "./datacube";
import type { CatalogDataset, CatalogSite } from "./input";
import type { DatasetRecord } from "./record";
import { extensions, jsonLink, mediaTypes, type StacLink, stacVersion } from "./stac";
import { bucketIsOpen, storageScheme } from "./storage";
import { table } from "./table";

/** Extents of what nobody has measured: valid, and wide enough to be found by any search. */
const wholeWorld = [-180, -90, 180, 90];
const anyTime = [null, null];

export interface CollectionProps {
  readonly site: CatalogSite;
  readonly dataset: CatalogDataset;
  /** Absent for a dataset that nobody has recorded yet. */
  readonly record: DatasetRecord | undefined;
  /** The catalog's folder at the owner's copy (`https://…/stac`); absent where no site publishes the catalog. */
  readonly owner: string | undefined;
}

/** A dataset's page: a STAC Collection without Items. */
export function collection({ site, dataset, record, owner }: CollectionProps): object {
  const shape = shapeOf(record);
  const storage = bucketIsOpen(dataset.access)
    ? {
        "storage:schemes": {
          [storeRef]: storageScheme(dataset.place, dataset.access),
          ...copySchemes(dataset, record),
        },
      }
    : {};
  const assets = assetsOf(dataset, record);
  return {
    type: "Collection",
    stac_version: stacVersion,
    stac_extensions: usedExtensions({ ...shape, ...storage }, assets),
    id: dataset.id,
    title: dataset.title,
    description: [dataset.description, ...remarks(dataset, record)].join("\n\n"),
    ...(dataset.keywords.length > 0 ? { keywords: dataset.keywords } : {}),
    license: dataset.license,
    providers: [{ name: site.institution, roles: ["host"], ...(site.url === null ? {} : { url: site.url }) }],
    extent: extent(record),
    ...shape,
    ...storage,
    "isthmus:dataset": ownFields(site, dataset, record),
    links: links(site, dataset, owner),
    assets,
  };
}

/** What a reader must know before trying, in words. */
function remarks(dataset: CatalogDataset, record: DatasetRecord | undefined): string[] {
  const remarks: string[] = [];
  if (dataset.access !== "public")
    remarks.push(`Not public: ${readers(dataset)}. There is no link that opens without signing in at a hub.`);
  if (dataset.place.requesterPays)
    remarks.push("Whoever reads it from another account pays for that: its hubs must say so (`readsRequesterPays`).");
  if (!record) remarks.push("Not recorded yet: extent, dimensions and variables are unknown, not absent.");
  return remarks;
}

function readers({ access }: CatalogDataset): string {
  if (typeof access === "string") return "for the federation's members";
  const sites = access.sites ? `hubs of ${access.sites.join(", ")}` : undefined;
  const groups = access.groups ? `people of ${access.groups.join(", ")}` : undefined;
  return `for ${[sites, groups].filter(Boolean).join(" and for ")}`;
}

/** What the data consist of, by the extension of their kind; of images the assets tell. */
function shapeOf(record: DatasetRecord | undefined): object {
  if (record?.kind === "zarr" || record?.kind === "icechunk") return datacube(record);
  return record?.kind === "parquet" ? table(record) : {};
}

/** Null where nobody knows: nothing recorded, or nothing that the data say. */
function extentOf(record: DatasetRecord | undefined) {
  if (!record || record.kind === "references") return { bbox: null, interval: null };
  return { bbox: record.bbox, interval: record.interval };
}

function extent(record: DatasetRecord | undefined) {
  const { bbox, interval } = extentOf(record);
  return { spatial: { bbox: [bbox ?? wholeWorld] }, temporal: { interval: [interval ?? anyTime] } };
}

/** What STAC has no field for. */
function ownFields(site: CatalogSite, dataset: CatalogDataset, record: DatasetRecord | undefined) {
  const { bbox, interval } = extentOf(record);
  return {
    site: site.id,
    kind: dataset.kind,
    access: dataset.access,
    served_by: dataset.servedBy,
    recorded: record !== undefined,
    ...(record ? { extent_known: { spatial: bbox !== null, temporal: interval !== null }, ...integrity(record) } : {}),
  };
}

/** Digests to compare copies by: of arrays without reading them whole. */
function integrity(record: DatasetRecord) {
  if (record.kind !== "zarr" && record.kind !== "icechunk") return { object: record.object };
  const samples = Object.entries(record.variables).flatMap(([name, { sample }]) => (sample ? [[name, sample]] : []));
  return {
    uncompressed_bytes: record.uncompressedBytes,
    ...(record.kind === "zarr" ? { metadata: record.metadata } : { documents: record.documents }),
    samples: Object.fromEntries(samples) as object,
  };
}

function links(site: CatalogSite, dataset: CatalogDataset, owner: string | undefined): StacLink[] {
  const self = owner && `${owner}/${site.id}/${dataset.id}/collection.json`;
  const store = dataset.kind === "zarr" && dataset.https !== null ? dataset.https : undefined;
  return [
    ...(self ? [jsonLink("self", self), jsonLink("canonical", self, `${site.institution}'s copy of this page`)] : []),
    jsonLink("root", "../../catalog.json"),
    jsonLink("parent", "../catalog.json", site.institution),
    ...(store ? [{ rel: "store", href: store, type: mediaTypes.zarr }] : []),
  ];
}

/** An extension is named where one of its fields is used: its schema would refuse a page without any. */
function usedExtensions(top: object, assets: StacAssets): string[] {
  const fields = new Set([...Object.keys(top), ...Object.values(assets).flatMap((asset) => Object.keys(asset))]);
  const uses = (prefix: string) => [...fields].some((field) => field.startsWith(prefix));
  return [
    ...(uses("cube:") ? [extensions.datacube] : []),
    ...(uses("zarr:") ? [extensions.zarr] : []),
    ...(uses("proj:") ? [extensions.projection] : []),
    ...(uses("raster:") ? [extensions.raster] : []),
    ...(uses("table:") ? [extensions.table] : []),
    ...(uses("storage:") ? [extensions.storage] : []),
    ...(fields.has("alternate") ? [extensions.alternate] : []),
    ...(uses("file:") ? [extensions.file] : []),
    ...(uses("xarray:") ? [extensions.xarray] : []),
  ];
}
