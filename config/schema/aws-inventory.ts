import { z } from "zod";
import { block, count, id } from "./fields";

/** Lists of a bucket's objects that S3 writes itself. */
export const inventory = block({
  into: id.describe(
    "A persistent bucket of this lake that is made, another one: lists lie there below _inventory/. Who reads that bucket reads them.",
  ),
  every: z
    .enum(["day", "week"])
    .optional()
    .describe("How often; weekly ones come on Sundays, the first within two days. Default week."),
  as: z
    .enum(["parquet", "csv"])
    .optional()
    .describe("parquet, for Dask or DuckDB; or csv, compressed by gzip. Default parquet."),
  keepDays: count(1, 3650).optional().describe("Days that a list is kept. Default 60."),
}).describe(
  "S3 writes a list of all objects, with size, age, ETag and storage class, old versions among them where the bucket keeps some: what a store costs and what nobody reads, without listing it. 0.0025 USD a million objects each time. Default none.",
);
