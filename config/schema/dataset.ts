import { z } from "zod";
import { block, datasetId, id, named, objectPath, title } from "./fields";

/** The stores that Isthmus catalogues and serves. */
export const datasetKinds = ["zarr", "icechunk", "references", "cog", "parquet", "tiledb"] as const;

export const access = z
  .union([
    z.literal("public"),
    z.literal("federation"),
    block({
      sites: z.array(id).min(1).optional().describe("Hubs of these sites may read it. Default none."),
      groups: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe("People of these groups (`identity.groups`) may read it, through the gateway only. Default none."),
    }),
  ])
  .describe(
    "Who may read it: `public` (anonymous read and list), `federation` (its `identity.members`), or sites and groups. Default public.",
  );

export const dataset = block({
  title,
  description: z
    .string()
    .max(5000)
    .optional()
    .describe("A paragraph or two for the catalog, in Markdown. Default: the title."),
  bucket: id.describe("The bucket (a key of `lake.buckets`) it lies in. All datasets of a bucket have its audience."),
  path: objectPath.describe(
    "Where in the bucket its store begins. Changing it points the catalog elsewhere; no data moves.",
  ),
  kind: z
    .enum(datasetKinds)
    .describe(
      "The store's format: zarr (v2 or v3), icechunk, references (kerchunk/VirtualiZarr), cog, parquet, tiledb.",
    ),
  license: z.string().min(1).describe("SPDX identifier: CC-BY-4.0, CC0-1.0, ... or `other`."),
  access: access.optional(),
  keywords: z.array(z.string().min(1)).optional().describe("For the catalog's search. Default none."),
});

export const publishedDataset = dataset.extend({
  publishers: z
    .array(id)
    .optional()
    .describe("Hubs of this site whose users may write it. Default none: a library is read-only to its readers."),
});

/** What every site with publishers says of its datasets. */
const byId =
  "Datasets by id. An id is unique over the whole federation and part of its URL: renaming one breaks its readers. Default none.";

export const datasets = named(datasetId, publishedDataset).describe(byId);

/** On AWS, where S3 itself copies from bucket to bucket. */
export const awsDatasets = named(
  datasetId,
  publishedDataset.extend({
    mirrors: named(
      id.describe("Another site on AWS."),
      block({ bucket: id.describe("A public library of that site, which keeps versions; the path is the same.") }),
    )
      .optional()
      .describe(
        "Copies of a public dataset at other sites, by site: S3 copies what is written or deleted from then on, within minutes; storage there, requests and transfer are paid. What is there before is copied by hand. The catalog lists a copy once `isthmus catalog record` found it whole. Default none.",
      ),
  }),
).describe(byId);

export const storeDatasets = named(datasetId, dataset).describe("Datasets by id, unique over the whole federation.");
