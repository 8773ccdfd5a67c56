import { googleEndpoint } from "../google-names";
import type { FederationConfig } from "../schema/federation";
import type { GoogleClusterSiteConfig, GoogleSiteConfig } from "../schema/site";
import { resolveCloudBucket } from "./cloud-bucket";
import { resolveClusterSite } from "./cluster-site";
import { googleMirrorsOf } from "./google-cache";
import { resolveGoogleCluster, resolveGoogleHome } from "./google-cluster";
import type { ResolvedHub } from "./hub";
import { datasetEntries, placeIn, resolveDataset } from "./lake";
import { frontOf, type Gateways, siteBase } from "./site-base";

/** Days that a log of a bucket's use is kept, unless told otherwise. */
const logDays = 60;

/** Days that what is deleted for good can still be brought back, unless told otherwise: Google's own default. */
const softDeleteDays = 7;

/** What both kinds of site on Google Cloud have. */
function googleBase(federation: string, site: GoogleSiteConfig) {
  return {
    provider: site.provider,
    project: site.project,
    /** Null: not told. */
    projectNumber: site.projectNumber ?? null,
    region: site.region,
    tags: site.tags ?? {},
    /** The S3 API of Google Cloud Storage, where anybody reads what is public without a word of Google's own. */
    s3: { endpoint: googleEndpoint, region: site.region, pathStyle: true },
    buckets: Object.entries(site.lake.buckets).map(([id, bucket]) => resolveBucket(federation, site, id, bucket)),
  };
}

function storeOf(base: ReturnType<typeof googleBase>) {
  return { ...base.s3, scheme: "gs" } as const;
}

/** A lake alone. `gateways` are the fronts of the other sites. */
export function resolveGoogleLake(federation: string, site: GoogleSiteConfig, gateways: Gateways) {
  const gateway = frontOf(site, gateways);
  const base = googleBase(federation, site);
  return {
    ...siteBase(site),
    ...base,
    servedBy: site.servedBy ?? null,
    /** It runs nothing: no cluster, no front, no copy of the catalog, no gateway, no hubs. */
    cluster: null,
    url: null,
    dataUrl: null,
    catalog: null,
    gateway: null,
    hubs: [] as ResolvedHub[],
    datasets: datasetEntries(site).map(([id, dataset]) =>
      resolveDataset(site.site, id, dataset, placeIn(base.buckets, dataset.bucket, storeOf(base)), gateway),
    ),
  };
}

/** A lake with a cluster beside it, on which services and hubs stand. */
export function resolveGoogleClusterSite(federation: FederationConfig, site: GoogleClusterSiteConfig) {
  const base = googleBase(federation.federation, site);
  const cluster = resolveGoogleCluster(federation.federation, site, site.cluster);
  const homes = Object.entries(site.homes ?? {}).map(([id, home]) =>
    resolveGoogleHome(federation.federation, site, id, home),
  );
  const ground = {
    ...base,
    ...{ s3: { ...base.s3, networks: [] }, scheme: "gs" as const },
    ...{ pools: cluster.pools, homes, dns: site.dns ?? { kind: "manual" as const } },
    mirrors: googleMirrorsOf(cluster.imageCache, site),
  };
  // GKE brings the driver and makes GPUs known itself.
  const shared = { ...site, cluster: { gpuPlugin: "none" as const } };
  return {
    ...resolveClusterSite(federation, shared, ground),
    ...base,
    s3: ground.s3,
    pools: cluster.pools,
    zones: site.zones,
    cluster,
    budget: site.budget === undefined || site.budget === "none" ? null : site.budget,
    /** Whether `budget` is written, `none` included: a rule wants somebody to have thought of it. */
    budgetTold: site.budget !== undefined,
  };
}

export type ResolvedGoogleLake = ReturnType<typeof resolveGoogleLake>;
export type ResolvedGoogleClusterSite = ReturnType<typeof resolveGoogleClusterSite>;
export type ResolvedGoogleSite = ResolvedGoogleLake | ResolvedGoogleClusterSite;
export type ResolvedGoogleBucket = ResolvedGoogleLake["buckets"][number];

type BucketConfig = GoogleSiteConfig["lake"]["buckets"][string];

function resolveBucket(federation: string, site: GoogleSiteConfig, id: string, bucket: BucketConfig) {
  const base = resolveCloudBucket(federation, site, id, bucket);
  const soft = bucket.softDeleteDays ?? (base.purpose === "scratch" ? "none" : softDeleteDays);
  return {
    ...base,
    /** Null: what is deleted for good is gone. */
    softDeleteDays: soft === "none" ? null : soft,
    /** What Google logs of its use into another bucket; null for nothing. */
    usageLogs: bucket.usageLogs
      ? { into: bucket.usageLogs.into, keepDays: bucket.usageLogs.keepDays ?? logDays }
      : null,
    madeOnly: [
      ...base.madeOnly,
      ...(["softDeleteDays", "usageLogs"] as const).filter((key) => bucket[key] !== undefined),
    ],
  };
}
