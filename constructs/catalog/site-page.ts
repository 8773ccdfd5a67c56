import { createHash } from "node:crypto";
import type { CatalogFederation, CatalogHub, CatalogSite } from "./input";
import { jsonLink, stacVersion } from "./stac";

/** A site's page: a STAC Catalog of its datasets, with what others need to reach the site. */
export function sitePage(federation: CatalogFederation, site: CatalogSite, owner: string | undefined): object {
  const self = owner && `${owner}/${site.id}/catalog.json`;
  return {
    type: "Catalog",
    stac_version: stacVersion,
    id: site.id,
    title: site.institution,
    description: `Datasets of ${site.institution} in ${federation.title}.`,
    "isthmus:site": siteFields(federation, site),
    links: [
      ...(self ? [jsonLink("self", self), jsonLink("canonical", self, `${site.institution}'s copy of this page`)] : []),
      jsonLink("root", "../catalog.json", federation.title),
      jsonLink("parent", "../catalog.json", federation.title),
      ...site.datasets.map((d) => jsonLink("child", `./${d.id}/collection.json`, d.title)),
    ],
  };
}

/** Public facts of a site. URLs are for information: who may use them, each says itself. */
function siteFields(federation: CatalogFederation, site: CatalogSite) {
  const facts = {
    provider: site.provider,
    institution: site.institution,
    region: site.region ?? null,
    timezone: site.timezone,
    expires: site.expires,
    contact: federation.contact,
    portal: site.url,
    catalog: site.catalog,
    zarr_gateway: site.gateway && site.dataUrl ? `${site.dataUrl}/zarr/` : null,
    served_by: site.servedBy ?? null,
    hubs: site.hubs.map(hubFields),
  };
  // Of what is public of the config, not of all: a changed profile at one site must not change every site's files.
  return { ...facts, config_digest: digest({ ...facts, datasets: site.datasets }) };
}

function hubFields(hub: CatalogHub) {
  return {
    id: hub.id,
    title: hub.title,
    url: hub.url,
    dask_gateway: hub.dask === null ? null : `${hub.url}services/dask-gateway/`,
  };
}

/** sha256 over a value, whatever the order of its keys. */
function digest(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex");
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, v]) => `${JSON.stringify(key)}:${canonical(v)}`).join(",")}}`;
}
