import { isIP } from "node:net";
import { z } from "zod";
import { datasets, storeDatasets } from "./dataset";
import { expiry, timezone } from "./dates";
import { block, count, id, named, none, pack, size, text, title, url } from "./fields";
import { localHub } from "./hub";

const bucketName = text(
  /^[a-z0-9](?:[a-z0-9]|[.-](?=[a-z0-9])){2,62}$/,
  "a bucket's name as its store has it: 3 to 63 lower-case letters, digits, dots, hyphens",
);

const directory = text(
  /^[A-Za-z0-9/_.+@-]+$/,
  "a directory: letters, digits, / _ . + @ -; relative ones start at the federation file",
);

/** An address to listen on that can stand in a URL too. */
const address = z
  .string()
  .refine((value) => value === "localhost" || (isIP(value) !== 0 && !/^(?:::ffff:)?[0.:]+$|%/i.test(value)), {
    error: pack({
      message: "not one address",
      allowed: "an IP address without a zone, or localhost; not 0.0.0.0 or ::, which would stand in URLs",
      fix: "leave it out for 127.0.0.1",
    }),
  });

/** The keys of a site that mean the same on every provider. */
const siteBase = {
  site: id.describe(
    "The site's id, unique in the federation; part of every name made for it. Changing it makes a new site.",
  ),
  institution: title.describe("Who runs it, in words."),
  timezone: timezone.optional().describe("IANA name; dates without a time end with that day here. Default Etc/UTC."),
  expires: expiry
    .optional()
    .describe("From this day's end (at the site) it cannot be brought up any more. Default never."),
};

const expire = z
  .union([
    none,
    block({ days: count(1, 3650).describe("Counted from the newest write to a store, which goes as a whole. Days.") }),
  ])
  .describe("Only for scratch. Default {days: 7}; `none` keeps everything.");

const hpcBucket = block({
  purpose: z
    .enum(["scratch", "persistent", "library"])
    .describe("scratch (expires), persistent (users' own), library (datasets). One bucket, one audience."),
  public: z.boolean().optional().describe("Anonymous read and list. Only for a library. Default false."),
  existing: bucketName
    .optional()
    .describe(
      "A bucket that exists, by its name: nothing of it is ever removed. Default: made, named <federation>-<site>-<key>.",
    ),
  path: directory.optional().describe("The directory that holds it. Default: in the site's own root."),
  expire: expire.optional(),
});

const storage = block({
  root: directory
    .optional()
    .describe(
      "Programs' files, buckets, homes, databases, logs. Default .isthmus/<federation>/<site> beside the config.",
    ),
});

const zarrGateway = z
  .union([
    none,
    block({
      cache: size
        .optional()
        .describe("Disk for copies of other stores' chunks (sites with `servedBy: <this>`). Default 4Gi."),
    }),
  ])
  .describe("The HTTP front to the site's datasets. On where there are datasets.");

export const hpcLocalSite = block({
  ...siteBase,
  provider: z.literal("hpc").describe("hpc: programs on a machine or cluster that exists."),
  login: z.literal("here").describe("`here`: the machine you sit at."),
  scheduler: block({
    kind: z.literal("local").describe("local: notebooks and Dask workers are processes of this machine."),
  }).describe("What starts notebooks and Dask workers."),
  listen: block({
    host: address.optional().describe("Address of the site's one port. Default 127.0.0.1."),
    port: count(1024, 65_534).describe("Port of hubs, data and catalog; the next one is the S3 endpoint's."),
  }).describe("Where the site is reached."),
  storage: storage.optional().describe("Where the site keeps its files."),
  lake: block({ buckets: named(id, hpcBucket).describe("Buckets by id.") })
    .optional()
    .describe("The site's buckets. Default none."),
  datasets: datasets.optional(),
  hubs: named(id, localHub)
    .optional()
    .describe("JupyterHubs by id. Each has a stack and a lifetime of its own. Default none."),
  zarrGateway: zarrGateway.optional(),
});

export const storeSite = block({
  ...siteBase,
  provider: z.literal("store").describe("store: data only, in an S3 store that somebody else runs."),
  endpoint: url.describe("The S3 API of a store that somebody else runs."),
  region: z.string().min(1).optional().describe("Where the store needs one. Default us-east-1."),
  pathStyle: z.boolean().optional().describe("ENDPOINT/BUCKET/KEY (true) or BUCKET.ENDPOINT/KEY. Default true."),
  anonymous: z.literal(true).describe("Reads need no keys. The only way today."),
  servedBy: id.optional().describe("The site whose gateway fronts it. Default: the catalog links the store itself."),
  lake: block({
    buckets: named(
      id,
      block({
        purpose: z.literal("library").describe("Always library: the site holds datasets and nothing else."),
        existing: bucketName.describe("The bucket's name in the store."),
        public: z
          .literal(true)
          .describe("Anonymous read and list: always true, since Isthmus has no keys of the store."),
      }),
    ).describe("Buckets by id."),
  }).describe("The store's buckets that hold datasets."),
  datasets: storeDatasets,
});

/** Providers of this version: each is a shape of its own, told apart by `provider`. */
export const providerSites = [hpcLocalSite, storeSite] as const;

export const site = z.discriminatedUnion("provider", providerSites);

export type SiteConfig = z.infer<typeof site>;
export type HpcSiteConfig = z.infer<typeof hpcLocalSite>;
export type StoreSiteConfig = z.infer<typeof storeSite>;
export type HubConfig = z.infer<typeof localHub>;
export type BucketConfig = z.infer<typeof hpcBucket>;
