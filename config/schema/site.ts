import { isIP } from "node:net";
import { z } from "zod";
import { awsSite } from "./aws-site";
import { network, scheduler } from "./batch";
import type { clusterHub } from "./cluster-hub";
import { datasets, storeDatasets } from "./dataset";
import { block, count, id, named, none, pack, size, text, url } from "./fields";
import { googleSite } from "./google-site";
import { login } from "./hpc-login";
import { hpcTls } from "./hpc-tls";
import { localHub } from "./hub";
import { hostName, kubernetesSite } from "./kubernetes-site";
import { bucketName, bucketPurpose, expireDays, servedBy, siteBase } from "./site-base";
import { siteState } from "./state";

const directory = text(
  /^[A-Za-z0-9/_.+@-]+$/,
  "a directory: letters, digits, / _ . + @ -; relative ones start at the federation file, on another machine at the account's home",
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

const hpcExpireDays = expireDays.extend({
  ownFiles: z
    .boolean()
    .optional()
    .describe(
      "For a directory in which users of a batch system have files of their own. true: the files of each are expired by a process of that user, in the entries of the bucket that the user owns; what belongs to others stays, and a store with files of several. Default false: whatever lies there, by the site's account.",
    ),
});

const hpcBucket = block({
  purpose: bucketPurpose,
  public: z.boolean().optional().describe("Anonymous read and list. Only for a library. Default false."),
  existing: bucketName
    .optional()
    .describe(
      "A bucket that exists, by its name: nothing of it is ever removed. Default: made, named <federation>-<site>-<key>.",
    ),
  path: directory.optional().describe("The directory that holds it. Default: in the site's own root."),
  expire: z
    .union([none, z.literal("centre"), z.literal("own-files"), hpcExpireDays])
    .optional()
    .describe(
      "Only for scratch. Default {days: 7}; `own-files` is {days: 7, ownFiles: true}; `centre`: the centre deletes by its own rules, Isthmus nothing, and tells users and `status` so; `none` keeps everything.",
    ),
});

const storage = block({
  root: directory
    .optional()
    .describe(
      "Programs' files, buckets, homes, logs, and databases where `state` names no place. Default .isthmus/<federation>/<site> beside the config, on another machine in the account's home. With a batch system an absolute path that compute nodes see, required.",
    ),
  state: text(/^(?:\/[A-Za-z0-9_.+@-]+)+$/, "an absolute path: letters, digits, / _ . + @ -")
    .optional()
    .describe(
      "Directory for the databases of hubs and of Dask, and the accounts of S3, which only this site uses: on a disk of the site's machine, since they need one that locks files; a file system that machines share is refused. Changing it moves them while the site is down. Default: in `root`.",
    ),
  sidecar: z
    .boolean()
    .optional()
    .describe(
      "true: the S3 endpoint keeps rights of buckets, and types and digests of objects, in files below `root` (s3-attributes) in place of extended attributes, for buckets on file systems that have none (NFS before 4.2). Its makers call that experimental. Changing it leaves what is known of objects behind, until it is changed back; rights are set anew. Default false: such a file system is refused.",
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
  state: siteState,
  provider: z.literal("hpc").describe("hpc: programs on a machine or cluster that exists."),
  login: login.describe(
    "`here`: the machine you sit at. A map: another one, over SSH or by a file that its admin carries there. Going from one way to another uninstalls at the old place where that can be reached from here, and tells how where not.",
  ),
  scheduler,
  network: network
    .optional()
    .describe("How jobs of a batch system and the site's machine reach each other. Required with one. Default none."),
  domain: hostName
    .optional()
    .describe(
      "The host name in the site's URLs, which leads to its machine, or to what ends TLS ahead of it; compute nodes know it too. Required with `tls`, refused without. Changing it changes every URL.",
    ),
  tls: hpcTls.optional(),
  listen: block({
    host: address
      .optional()
      .describe(
        "Address of the site's one port. Default 127.0.0.1; with `tls` of kind `files` or `acme` every address; with a batch system else always `network.hubAddress`.",
      ),
    port: count(1, 65_534).describe(
      "Port of hubs, data and catalog; the next one is the S3 endpoint's. Ports below 1024 are for root, which the install checks.",
    ),
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
  servedBy: servedBy.optional(),
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
export const providerSites = [hpcLocalSite, kubernetesSite, storeSite, awsSite, googleSite] as const;

export const site = z.discriminatedUnion("provider", providerSites);

export type SiteConfig = z.infer<typeof site>;
export type AwsSiteConfig = z.infer<typeof awsSite>;
/** A site on AWS with a cluster; the schema wants zones and a domain beside it. */
export type AwsClusterSiteConfig = AwsSiteConfig & {
  readonly [K in "cluster" | "zones" | "domain"]: NonNullable<AwsSiteConfig[K]>;
};
export type GoogleSiteConfig = z.infer<typeof googleSite>;
/** A site on Google Cloud with a cluster; the schema wants zones and a domain beside it. */
export type GoogleClusterSiteConfig = GoogleSiteConfig & {
  readonly [K in "cluster" | "zones" | "domain"]: NonNullable<GoogleSiteConfig[K]>;
};
export type HpcSiteConfig = z.infer<typeof hpcLocalSite>;
export type StoreSiteConfig = z.infer<typeof storeSite>;
export type KubernetesSiteConfig = z.infer<typeof kubernetesSite>;
/** The keys of a site on Kubernetes that mean the same whichever cloud the cluster is of. */
export type ClusterSiteConfig = Pick<
  KubernetesSiteConfig,
  | "site"
  | "institution"
  | "timezone"
  | "expires"
  | "domain"
  | "tls"
  | "datasets"
  | "hubs"
  | "zarrGateway"
  | "monitoring"
> & {
  readonly cluster: { readonly [K in "gpuPlugin" | "nameServers"]?: KubernetesSiteConfig["cluster"][K] };
  readonly ingress?: KubernetesSiteConfig["ingress"];
};
export type LocalHubConfig = z.infer<typeof localHub>;
export type ClusterHubConfig = z.infer<typeof clusterHub>;
export type BucketConfig = z.infer<typeof hpcBucket>;
