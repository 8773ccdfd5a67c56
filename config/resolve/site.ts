import { expiryInstant } from "../schema/dates";
import { bytesOf } from "../schema/fields";
import type { HpcSiteConfig, SiteConfig, StoreSiteConfig } from "../schema/site";
import { type ResolvedHub, resolveHub } from "./hub";
import { datasetEntries, resolveBucket, resolveDataset } from "./lake";

/** The S3 region that a store without regions answers to. */
const noRegion = "us-east-1";

/** A URL's host from an address to listen on. */
function hostOf(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function siteBase(site: SiteConfig) {
  const timezone = site.timezone ?? "Etc/UTC";
  return {
    id: site.site,
    institution: site.institution,
    timezone,
    expires: site.expires === undefined ? null : expiryInstant(site.expires, timezone),
  };
}

/** Programs, buckets and hubs on this machine. */
export function resolveHpcSite(federation: string, site: HpcSiteConfig) {
  const base = siteBase(site);
  const listen = { host: site.listen.host ?? "127.0.0.1", port: site.listen.port };
  const url = `http://${hostOf(listen.host)}:${listen.port}`;
  const s3 = { endpoint: `http://${hostOf(listen.host)}:${listen.port + 1}`, port: listen.port + 1, region: noRegion };
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
  const surroundings = { federation, site: site.site, ...base, url, port: listen.port, catalog, buckets, datasets };
  return {
    ...base,
    provider: site.provider,
    scheduler: { kind: site.scheduler.kind },
    login: site.login,
    listen,
    url,
    catalog,
    s3,
    /** As written, or the default beside the federation file. */
    root: site.storage?.root ?? `.isthmus/${federation}/${site.site}`,
    buckets,
    datasets,
    hubs: Object.entries(site.hubs ?? {}).map(([id, hub]) => resolveHub(id, hub, surroundings)),
    gateway: gateway && {
      cacheBytes: bytesOf((site.zarrGateway === "none" ? undefined : site.zarrGateway?.cache) ?? "4Gi"),
    },
  };
}

/** A site of a provider that runs programs. Those of stores need the gateways of these. */
export function resolveRunningSite(federation: string, site: Exclude<SiteConfig, StoreSiteConfig>) {
  switch (site.provider) {
    case "hpc":
      return resolveHpcSite(federation, site);
  }
}

/** Data only: a store that somebody else runs. `gateways` are the fronts of the other sites. */
export function resolveStoreSite(site: StoreSiteConfig, gateways: ReadonlyMap<string, string>) {
  const front = site.servedBy === undefined ? undefined : gateways.get(site.servedBy);
  const gateway = site.servedBy !== undefined && front !== undefined ? { site: site.servedBy, url: front } : null;
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
export type ResolvedSite = ResolvedHpcSite | ResolvedStoreSite;
