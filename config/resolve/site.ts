import type { FederationConfig } from "../schema/federation";
import { bytesOf } from "../schema/fields";
import type {
  AwsClusterSiteConfig,
  AwsSiteConfig,
  GoogleClusterSiteConfig,
  GoogleSiteConfig,
  HpcSiteConfig,
  KubernetesSiteConfig,
  SiteConfig,
  StoreSiteConfig,
} from "../schema/site";
import { type ResolvedAwsSite, resolveAwsClusterSite, resolveAwsLake } from "./aws-site";
import { hasOwnAccounts, resolveBatch } from "./batch";
import type { ResolvedClusterSite } from "./cluster-site";
import { type ResolvedGoogleSite, resolveGoogleClusterSite, resolveGoogleLake } from "./google-site";
import { resolveLogin } from "./hpc-login";
import { resolveUrls } from "./hpc-urls";
import type { ResolvedHub } from "./hub";
import { type ResolvedKubernetesSite, resolveKubernetesSite } from "./kubernetes-site";
import { datasetEntries, resolveBucket, resolveDataset } from "./lake";
import { resolveLocalHub } from "./local-hub";
import { frontOf, type Gateways, noRegion, siteBase } from "./site-base";

/** Programs, buckets and hubs on this machine. */
export function resolveHpcSite({ federation, contact }: FederationConfig, site: HpcSiteConfig) {
  const base = siteBase(site);
  const batch = resolveBatch(federation, site);
  const { listen, url, endpoint, certificate, tlsAhead } = resolveUrls(site, contact, batch?.address);
  const s3 = { endpoint, port: listen.port + 1, region: noRegion };
  const buckets = Object.entries(site.lake?.buckets ?? {}).map(([id, b]) =>
    resolveBucket(federation, site.site, id, b),
  );
  const gateway = site.zarrGateway === "none" ? null : { site: site.site, url };
  const datasets = datasetEntries(site).map(([id, d]) => {
    const bucket = buckets.find((b) => b.id === d.bucket)?.name ?? d.bucket;
    return resolveDataset(
      site.site,
      id,
      d,
      { bucket, endpoint: s3.endpoint, region: s3.region, pathStyle: true },
      gateway,
    );
  });
  const catalog = `${url}/stac/catalog.json`;
  const { scheduler } = site;
  const surroundings = {
    ...{ federation, site: site.site, ...base, url, port: listen.port, catalog, buckets, datasets, scheduler },
    ownBuckets: hasOwnAccounts(batch),
  };
  return {
    ...base,
    provider: site.provider,
    scheduler: { kind: scheduler.kind },
    batch,
    /** As written, which the rules check. */
    written: {
      ...{ network: site.network, listenHost: site.listen.host, tls: site.tls, domain: site.domain },
      commands: scheduler.kind === "local" ? undefined : scheduler.commands,
    },
    login: resolveLogin(site.login),
    listen,
    /** Of the site itself, for its ports; null for HTTP. */
    certificate,
    /** Something before the site ends TLS. */
    tlsAhead,
    url,
    dataUrl: url,
    catalog,
    s3,
    /** As written, or the default: beside the federation file, over SSH in the account's home. */
    root: site.storage?.root ?? `.isthmus/${federation}/${site.site}`,
    /** The directory of databases; null for the root. */
    state: site.storage?.state ?? null,
    /** What S3 knows of buckets and objects is in files of its own, not in attributes. */
    sidecar: site.storage?.sidecar ?? false,
    buckets,
    datasets,
    hubs: Object.entries(site.hubs ?? {}).map(([id, hub]) => resolveLocalHub(id, hub, surroundings)),
    gateway: gateway && {
      cacheBytes: bytesOf((site.zarrGateway === "none" ? undefined : site.zarrGateway?.cache) ?? "4Gi"),
    },
  };
}

/** A site that runs nothing: its datasets are served by the gateways of those that do. */
export type DataSiteConfig = AwsSiteConfig | GoogleSiteConfig | StoreSiteConfig;

/** A site of a provider that runs programs. */
export type RunningSiteConfig = AwsClusterSiteConfig | GoogleClusterSiteConfig | HpcSiteConfig | KubernetesSiteConfig;

function hasCluster(site: AwsSiteConfig | GoogleSiteConfig): site is AwsClusterSiteConfig | GoogleClusterSiteConfig {
  return site.cluster !== undefined && site.zones !== undefined && site.domain !== undefined;
}

/** Whether a site runs programs; all others are data alone. */
export function isRunning(site: SiteConfig): site is RunningSiteConfig {
  if (site.provider === "aws" || site.provider === "google") return hasCluster(site);
  return site.provider === "hpc" || site.provider === "kubernetes";
}

/** A site of a provider that runs programs. */
export function resolveRunningSite(federation: FederationConfig, site: RunningSiteConfig) {
  switch (site.provider) {
    case "aws":
      return resolveAwsClusterSite(federation, site);
    case "google":
      return resolveGoogleClusterSite(federation, site);
    case "hpc":
      return resolveHpcSite(federation, site);
    case "kubernetes":
      return resolveKubernetesSite(federation, site);
  }
}

/** A site that runs nothing. `gateways` are the fronts of those that do. */
export function resolveDataSite(federation: FederationConfig, site: DataSiteConfig, gateways: Gateways) {
  switch (site.provider) {
    case "aws":
      return resolveAwsLake(federation.federation, site, gateways);
    case "google":
      return resolveGoogleLake(federation.federation, site, gateways);
    case "store":
      return resolveStoreSite(site, gateways);
  }
}

/** Data only: a store that somebody else runs. */
export function resolveStoreSite(site: StoreSiteConfig, gateways: Gateways) {
  const gateway = frontOf(site, gateways);
  const store = { endpoint: site.endpoint, region: site.region ?? noRegion, pathStyle: site.pathStyle ?? true };
  const buckets = Object.entries(site.lake.buckets).map(([id, b]) => ({
    id,
    name: b.existing,
    purpose: b.purpose,
    public: b.public,
    existing: true,
  }));
  return {
    ...siteBase(site),
    provider: site.provider,
    ...store,
    servedBy: site.servedBy ?? null,
    /** It runs nothing: no front, no copy of the catalog, no gateway, no hubs. */
    url: null,
    dataUrl: null,
    catalog: null,
    gateway: null,
    hubs: [] as ResolvedHub[],
    buckets,
    datasets: datasetEntries(site).map(([id, d]) => {
      const bucket = buckets.find((b) => b.id === d.bucket)?.name ?? d.bucket;
      return resolveDataset(site.site, id, d, { bucket, ...store }, gateway);
    }),
  };
}

export type ResolvedHpcSite = ReturnType<typeof resolveHpcSite>;
export type ResolvedStoreSite = ReturnType<typeof resolveStoreSite>;
/** A site of any provider. What every one has can be asked for without knowing which it is. */
export type ResolvedSite =
  | ResolvedAwsSite
  | ResolvedGoogleSite
  | ResolvedHpcSite
  | ResolvedKubernetesSite
  | ResolvedStoreSite;

/** Whether a site stands on a Kubernetes cluster, whoever makes it. */
export function standsOnCluster(site: ResolvedSite): site is ResolvedSite & ResolvedClusterSite {
  if (site.provider === "kubernetes") return true;
  return (site.provider === "aws" || site.provider === "google") && site.cluster !== null;
}
