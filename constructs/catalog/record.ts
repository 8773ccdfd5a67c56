import { z } from "zod";

/*
 * What was read from a dataset's store: facts of the data alone, nothing of when or from where, so that reading the same
 * data again gives the same file. `isthmus catalog record` writes it, people review it, the catalog spells it as STAC.
 */

const whole = z.number().int().nonnegative();

/** An object of the store, so that copies can be compared and drift be seen. */
const storedObject = z.strictObject({
  /** Below the dataset's link; empty for the link itself. */
  key: z.string(),
  /** Bytes as stored. */
  bytes: whole,
  /** Hexadecimal; absent where the object is too large to read. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
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

const zarrRecord = z.strictObject({
  format: z.literal(1),
  dataset: z.string(),
  kind: z.literal("zarr"),
  zarrFormat: z.union([z.literal(2), z.literal(3)]),
  consolidated: z.boolean(),
  /** The data's own attributes, for the reviewer to hold against the config. */
  title: z.string().optional(),
  license: z.string().optional(),
  /** West, south, east, north in degrees; west > east across the antimeridian; null where the data does not say. */
  bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]).nullable(),
  /** First and last time, RFC 3339; null where the data does not say. */
  interval: z.tuple([z.string().nullable(), z.string().nullable()]).nullable(),
  /** Of all arrays whose items have a size. */
  uncompressedBytes: whole,
  /** The consolidated metadata. */
  metadata: storedObject,
  dimensions: z.record(z.string(), dimension),
  variables: z.record(z.string(), variable),
});

const objectRecord = z.strictObject({
  format: z.literal(1),
  dataset: z.string(),
  kind: z.enum(["icechunk", "references", "cog", "parquet"]),
  /** The file, or the object of the store that names its present version. */
  object: storedObject,
  /** Icechunk: the snapshot at the tip of branch main. */
  snapshot: z.string().optional(),
});

/** A record file's content. */
export const datasetRecord = z.discriminatedUnion("kind", [zarrRecord, objectRecord]);

export type DatasetRecord = z.infer<typeof datasetRecord>;
export type ZarrRecord = z.infer<typeof zarrRecord>;
export type ObjectRecord = z.infer<typeof objectRecord>;
export type StoredObject = z.infer<typeof storedObject>;
export type RecordedDimension = z.infer<typeof dimension>;
export type RecordedVariable = z.infer<typeof variable>;
