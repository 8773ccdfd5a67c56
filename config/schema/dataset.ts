import { z } from "zod";
import { block, datasetId, id, named, objectPath, text, title } from "./fields";

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

const mirrors = named(
  id.describe(
    "Another site: one on AWS for a dataset on AWS, one on Google Cloud for one there, a computing centre (`provider: hpc`) for any.",
  ),
  block({
    bucket: id.describe(
      "A public library of that site; the path is the same. On AWS and on Google Cloud it keeps versions. Another one begins a new copy; what lies in the one before stays.",
    ),
    every: text(
      /^(?:hour|day|week|[1-9]\d{0,2}[hdw])$/,
      "hour, day or week, or a number with h, d or w (hours, days, weeks): 6h, 1d, 2w",
    )
      .optional()
      .describe(
        "How often a computing centre, or Storage Transfer on Google Cloud, looks for what is new: `hour`, `day`, `week`, or so many hours, days or weeks (`6h`, `1d`, `2w`); refused at a site on AWS, where S3 copies within minutes. Default day.",
      ),
  }),
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
  mirrors: mirrors
    .optional()
    .describe(
      "Copies of a public dataset at other sites, by site. From AWS to AWS, S3 copies what is written or deleted from then on; storage there, requests and transfer are paid, and what is there before is copied by hand. From Google Cloud to Google Cloud, a job of Storage Transfer copies all of it, again and again; what the dataset has no more goes there at the next run, and versions bring it back. A computing centre fetches all of it into a directory of its own, again when something is new; what the dataset has no more goes there after 7 days. The catalog lists a copy once `isthmus catalog record` found it whole. Default none.",
    ),
});

export const publishedDataset = dataset.extend({
  publishers: z
    .array(id)
    .optional()
    .describe("Hubs of this site whose users may write it. Default none: a library is read-only to its readers."),
});

/** What every site with publishers says of its datasets. */
export const datasets = named(datasetId, publishedDataset).describe(
  "Datasets by id. An id is unique over the whole federation and part of its URL: renaming one breaks its readers. Default none.",
);

export const storeDatasets = named(datasetId, dataset).describe("Datasets by id, unique over the whole federation.");
