import { z } from "zod";

/*
 * What was read from a dataset's store: facts of the data alone, nothing of when or from where, so that reading the same
 * data again gives the same file. `isthmus catalog record` writes it, people review it, the catalog spells it as STAC.
 */

const whole = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** An object of the store, so that copies can be compared and drift be seen. */
const storedObject = z.strictObject({
  /** Below the dataset's link; empty for the link itself. */
  key: z.string(),
  /** Bytes as stored. */
  bytes: whole,
  /** Hexadecimal; absent where the object is too large to read. */
  sha256: sha256.optional(),
});

/** x and y are horizontal, z is vertical; `other` has coordinates of any other meaning, `index` has none. */
export const dimensionKinds = ["x", "y", "z", "time", "other", "index"] as const;

const dimension = z.strictObject({
  kind: z.enum(dimensionKinds),
  size: whole,
  /** The variable whose values stand along it, where its name differs from the dimension's. */
  coordinate: z.string().optional(),
  description: z.string().optional(),
  /** As the data has it; not for time. */
  unit: z.string().optional(),
  /** CF calendar of a time. */
  calendar: z.string().optional(),
  /** Least and greatest value; RFC 3339 for time, with null for what it cannot say. */
  extent: z
    .tuple([z.union([z.number(), z.string(), z.null()]), z.union([z.number(), z.string(), z.null()])])
    .optional(),
  /** Distance of neighbours: a number, an ISO 8601 duration for time, null where irregular. */
  step: z.union([z.number(), z.string(), z.null()]).optional(),
  /** Every value, where there are few and an extent would not tell them. */
  values: z
    .array(z.union([z.number(), z.string()]))
    .min(1)
    .optional(),
  /** WKT2 of a projected axis; longitude and latitude have none here. */
  referenceSystem: z.string().optional(),
});

const variable = z.strictObject({
  role: z.enum(["data", "auxiliary"]),
  dimensions: z.array(z.string()),
  shape: z.array(whole),
  chunks: z.array(whole),
  /** Shape of the stored objects where they hold many chunks. */
  shards: z.array(whole).optional(),
  dtype: z.string(),
  unit: z.string().optional(),
  longName: z.string().optional(),
  standardName: z.string().optional(),
  /** The first chunk (or shard) that exists, in C order. Data variables only. */
  sample: storedObject.optional(),
});

/** The data's own words, for the reviewer to hold against the config. */
const words = { title: z.string().optional(), license: z.string().optional() };

const extents = {
  /** West, south, east, north in degrees; west > east across the antimeridian; null where the data does not say. */
  bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]).nullable(),
  /** First and last time, RFC 3339; null where the data does not say. */
  interval: z.tuple([z.string().nullable(), z.string().nullable()]).nullable(),
};

const arrays = {
  /** Of all arrays whose items have a size. */
  uncompressedBytes: whole,
  dimensions: z.record(z.string(), dimension),
  variables: z.record(z.string(), variable),
};

/** What a store lists of a dataset, as a whole: copies with the same have the same objects. */
const manifest = z.strictObject({
  objects: whole,
  bytes: whole,
  /** Of all objects in the order of keys: for each its key, size and ETag (checksum, where Google lists both), with a zero byte after each. */
  sha256,
});

const common = {
  format: z.literal(1),
  dataset: z.string(),
  /** Of each site whose copy had all of this when it was compared. */
  mirrors: z.record(z.string(), manifest).optional(),
};

const zarrRecord = z.strictObject({
  ...common,
  kind: z.literal("zarr"),
  zarrFormat: z.union([z.literal(2), z.literal(3)]),
  consolidated: z.boolean(),
  ...words,
  ...extents,
  /** The consolidated metadata. */
  metadata: storedObject,
  ...arrays,
});

/**
 * The arrays at the tip of branch main. Ids of snapshots and objects are random and commits have times: a repository that was
 * written again with the same data has none of them in common. So neither is recorded, but the Zarr documents and chunks that
 * readers get, by their Zarr keys.
 */
const icechunkRecord = z.strictObject({
  ...common,
  kind: z.literal("icechunk"),
  /** Of the format: 1 is read by every client, 2 by icechunk 2 and later. */
  specVersion: whole,
  ...words,
  ...extents,
  /** All zarr.json, in the order of their paths: for each its path, a zero byte, its text, a zero byte. */
  documents: z.strictObject({ count: whole, bytes: whole, sha256 }),
  ...arrays,
});

const cogRecord = z.strictObject({
  ...common,
  kind: z.literal("cog"),
  object: storedObject,
  ...words,
  ...extents,
  width: whole,
  height: whole,
  /** Width and height of a tile: what is read as one. */
  tile: z.tuple([whole, whole]),
  /** Reduced copies of the image in the file. */
  overviews: whole,
  dtype: z.string(),
  /** The value that stands for nothing. */
  nodata: z.union([z.number(), z.enum(["nan", "inf", "-inf"])]).optional(),
  unit: z.string().optional(),
  /** Whether a value is of its cell or of the cell's centre. */
  sampling: z.enum(["area", "point"]),
  /** `EPSG:4326`; null for a system without a code. */
  crs: z.string().nullable(),
  /** WKT2 of a system without a code, where it is geographic. */
  wkt: z.string().optional(),
  /** Pixel to place: x = a * column + b * row + c, y = d * column + e * row + f, from a pixel's corner. */
  transform: z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]).nullable(),
  /** Names of the bands. */
  bands: z.array(z.string()).min(1),
});

const parquetRecord = z.strictObject({
  ...common,
  kind: z.literal("parquet"),
  object: storedObject,
  ...extents,
  rows: whole,
  rowGroups: whole,
  columns: z.array(z.strictObject({ name: z.string(), type: z.string() })).min(1),
});

const referencesRecord = z.strictObject({ ...common, kind: z.literal("references"), object: storedObject });

/** A record file's content. */
export const datasetRecord = z.discriminatedUnion("kind", [
  zarrRecord,
  icechunkRecord,
  cogRecord,
  parquetRecord,
  referencesRecord,
]);

export type DatasetRecord = z.infer<typeof datasetRecord>;
export type ZarrRecord = z.infer<typeof zarrRecord>;
export type IcechunkRecord = z.infer<typeof icechunkRecord>;
export type CogRecord = z.infer<typeof cogRecord>;
export type ParquetRecord = z.infer<typeof parquetRecord>;
export type ReferencesRecord = z.infer<typeof referencesRecord>;
/** What every record of arrays has. */
export type ArraysRecord = ZarrRecord | IcechunkRecord;
export type Manifest = z.infer<typeof manifest>;
export type StoredObject = z.infer<typeof storedObject>;
export type RecordedDimension = z.infer<typeof dimension>;
export type RecordedVariable = z.infer<typeof variable>;
