import { awsEndpoint } from "../aws-names";
import type { FederationConfig } from "../schema/federation";
import type { AwsClusterSiteConfig, AwsSiteConfig } from "../schema/site";
import { resolveAwsCluster, resolveAwsHome } from "./aws-cluster";
import { resolveCloudBucket } from "./cloud-bucket";
import { resolveClusterSite } from "./cluster-site";
import type { ResolvedHub } from "./hub";
import { mirrorsOf } from "./image-cache";
import { datasetEntries, placeIn, resolveDataset } from "./lake";
import { frontOf, type Gateways, siteBase } from "./site-base";

/** Days that a list of a bucket's objects is kept, unless told otherwise. */
const listDays = 60;

/** What both kinds of site on AWS have. */
function awsBase(federation: string, site: AwsSiteConfig) {
  return {
    provider: site.provider,
    account: site.account,
    region: site.region,
    tags: site.tags ?? {},
    buckets: Object.entries(site.lake.buckets).map(([id, b]) => resolveBucket(federation, site, id, b)),
  };
}

function storeOf({ region }: AwsSiteConfig) {
  return { endpoint: awsEndpoint(region), region, pathStyle: false };
}

/** A lake alone. `gateways` are the fronts of the other sites. */
export function resolveAwsLake(federation: string, site: AwsSiteConfig, gateways: Gateways) {
  const gateway = frontOf(site, gateways);
  const s3 = storeOf(site);
  const base = awsBase(federation, site);
  return {
    ...siteBase(site),
    ...base,
    s3,
    servedBy: site.servedBy ?? null,
    /** It runs nothing: no cluster, no front, no copy of the catalog, no gateway, no hubs. */
    cluster: null,
    url: null,
    dataUrl: null,
    catalog: null,
    gateway: null,
    hubs: [] as ResolvedHub[],
    datasets: datasetEntries(site).map(([id, d]) => {
      return resolveDataset(site.site, id, d, placeIn(base.buckets, d.bucket, s3), gateway);
    }),
  };
}

/** A lake with a cluster beside it, on which services and hubs stand. */
export function resolveAwsClusterSite(federation: FederationConfig, site: AwsClusterSiteConfig) {
  const base = awsBase(federation.federation, site);
  const cluster = resolveAwsCluster(federation.federation, site, site.cluster);
  const homes = Object.entries(site.homes ?? {}).map(([id, home]) =>
    resolveAwsHome(federation.federation, site, id, home),
  );
  const dns = site.dns ?? { kind: "manual" as const };
  const mirrors = mirrorsOf(cluster.imageCache, site);
  const readsRequesterPays = site.readsRequesterPays ?? false;
  const s3 = { ...storeOf(site), networks: [] };
  const ground = { ...base, s3, pools: cluster.pools, homes, dns, mirrors, readsRequesterPays };
  return {
    ...resolveClusterSite(federation, site, ground),
    ...base,
    pools: cluster.pools,
    zones: site.zones,
    cluster,
    readsRequesterPays,
    budget: site.budget === undefined || site.budget === "none" ? null : site.budget,
    /** Whether `budget` is written, `none` included: a rule wants somebody to have thought of it. */
    budgetTold: site.budget !== undefined,
  };
}

export type ResolvedAwsLake = ReturnType<typeof resolveAwsLake>;
export type ResolvedAwsClusterSite = ReturnType<typeof resolveAwsClusterSite>;
export type ResolvedAwsSite = ResolvedAwsLake | ResolvedAwsClusterSite;
export type ResolvedAwsBucket = ResolvedAwsLake["buckets"][number];

type BucketConfig = AwsSiteConfig["lake"]["buckets"][string];

function resolveBucket(federation: string, site: AwsSiteConfig, id: string, bucket: BucketConfig) {
  const base = resolveCloudBucket(federation, site, id, bucket);
  return {
    ...base,
    /** Lists of its objects that S3 writes into another bucket; null for none. */
    inventory: bucket.inventory
      ? {
          into: bucket.inventory.into,
          every: bucket.inventory.every ?? ("week" as const),
          as: bucket.inventory.as ?? ("parquet" as const),
          keepDays: bucket.inventory.keepDays ?? listDays,
        }
      : null,
    madeOnly: [...base.madeOnly, ...(bucket.inventory ? ["inventory"] : [])],
  };
}
