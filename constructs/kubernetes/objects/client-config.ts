/** What a client in a notebook or a worker is told of its federation; datasets and their places are in the catalog. */
export interface ClientConfig {
  readonly federation: { readonly id: string; readonly title: string };
  /** Where it runs. */
  readonly site: string;
  readonly hub: string;
  /** Ids of datasets that are not public and whose buckets it reads all the same; every other one has an https link or no way. */
  readonly reads: readonly string[];
  readonly sites: readonly ClientSite[];
}

export interface ClientSite {
  readonly id: string;
  readonly institution: string;
  readonly provider: string;
  /** URL of the catalog there, the same one at every site; null: it has none. */
  readonly catalog: string | null;
  /** Origin of the site's data. */
  readonly data: string | null;
  /** Region of its store: a client in the same one reads the buckets themselves. */
  readonly region: string;
}

/** The text of the client's `federation.json`. */
export function clientConfigText({ federation, site, hub, reads, sites }: ClientConfig): string {
  const own = sites.find((one) => one.id === site);
  const told = sites.map(({ id, institution, provider, catalog, data, region }) => {
    return { id, institution, provider, catalog, data, region };
  });
  const catalog = own?.catalog ?? null;
  return `${JSON.stringify({ format: 1, federation, site, hub, catalog, reads, sites: told }, null, 2)}\n`;
}
