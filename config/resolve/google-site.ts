import { googleEndpoint } from "../names";
import type { GoogleSiteConfig } from "../schema/site";
import { resolveCloudBucket } from "./cloud-bucket";
import { type ResolvedGoogleCluster, resolveGoogleCluster, resolveGoogleHome } from "./google-cluster";
import type { ResolvedHub } from "./hub";
import { datasetEntries, placeIn, resolveDataset } from "./lake";
import { frontOf, type Gateways, siteBase } from "./site-base";

/** Days that what is deleted for good can still be brought back, unless told otherwise: Google's own default. */
const softDeleteDays = 7;

/** What both kinds of site on Google Cloud have. */
function googleBase(federation: string, site: GoogleSiteConfig) {
  return {
    provider: site.provider,
    project: site.project,
    region: site.region,
    tags: site.tags ?? {},
    /** The S3 API of Google Cloud Storage, where anybody reads what is public without a word of Google's own. */
    s3: { endpoint: googleEndpoint, region: site.region, pathStyle: true },
    buckets: Object.entries(site.lake.buckets).map(([id, bucket]) => resolveBucket(federation, site, id, bucket)),
  };
}

/** A lake, and a cluster beside it where one is written. `gateways` are the fronts of the other sites. */
export function resolveGoogleLake(federation: string, site: GoogleSiteConfig, gateways: Gateways) {
  const gateway = frontOf(site, gateways);
  const base = googleBase(federation, site);
  const store = { ...base.s3, scheme: "gs" } as const;
  return {
    ...siteBase(site),
    ...base,
    servedBy: site.servedBy ?? null,
    zones: site.zones ?? [],
    /** Null: a lake alone. */
    cluster: site.cluster ? resolveGoogleCluster(federation, site, site.cluster) : null,
    homes: Object.entries(site.homes ?? {}).map(([home, config]) => resolveGoogleHome(federation, site, home, config)),
    budget: site.budget === undefined || site.budget === "none" ? null : site.budget,
    /** Whether `budget` is written, `none` included: a rule wants somebody to have thought of it. */
    budgetTold: site.budget !== undefined,
    /** No front, no copy of the catalog, no gateway, no hubs. */
    url: null,
    dataUrl: null,
    catalog: null,
    gateway: null,
    hubs: [] as ResolvedHub[],
    datasets: datasetEntries(site).map(([id, dataset]) =>
      resolveDataset(site.site, id, dataset, placeIn(base.buckets, dataset.bucket, store), gateway),
    ),
  };
}

export type ResolvedGoogleLake = ReturnType<typeof resolveGoogleLake>;
export type ResolvedGoogleSite = ResolvedGoogleLake;
/** A site with a cluster. */
export type ResolvedGoogleClusterSite = ResolvedGoogleLake & { readonly cluster: ResolvedGoogleCluster };

/** Whether a site has a cluster. */
export function hasGoogleCluster(site: ResolvedGoogleSite): site is ResolvedGoogleClusterSite {
  return site.cluster !== null;
}

export type ResolvedGoogleBucket = ResolvedGoogleLake["buckets"][number];

type BucketConfig = GoogleSiteConfig["lake"]["buckets"][string];

function resolveBucket(federation: string, { site, lake }: GoogleSiteConfig, id: string, bucket: BucketConfig) {
  const base = resolveCloudBucket(federation, site, id, bucket);
  const soft = bucket.softDeleteDays ?? (base.purpose === "scratch" ? "none" : softDeleteDays);
  return {
    ...base,
    /** Null: what is deleted for good is gone. */
    softDeleteDays: soft === "none" ? null : soft,
    /** Encrypted by the site's own key. Nobody without a right on it can use one, so what is public is encrypted by Google's own. */
    ownKey: lake.encryption?.kind === "kms" && !base.public && !base.existing,
    madeOnly: bucket.softDeleteDays === undefined ? base.madeOnly : [...base.madeOnly, "softDeleteDays"],
  };
}
