import { createHash } from "node:crypto";
import { collection } from "./collection";
import type { CatalogFederation, CatalogSite } from "./input";
import { intakeCatalog } from "./intake";
import type { DatasetRecord } from "./record";
import { sitePage } from "./site-page";
import { jsonLink, page, stacVersion } from "./stac";

/** The catalog's pages: path (`stac/…`, `intake/…`) -> text. */
export type CatalogFiles = ReadonlyMap<string, string>;

/** What has been read from the stores, by dataset id. */
export type DatasetRecords = ReadonlyMap<string, DatasetRecord>;

/**
 * The federation's catalog as static pages, byte for byte the same at every site: a STAC 1.1 Catalog with a Catalog for
 * each site and a Collection for each dataset, and an Intake catalog of what opens by a link.
 *
 * Links between pages are relative, so that a client stays at the copy it came to, also when other sites are gone; `self`
 * and `canonical` lead to the owner's copy. The root belongs to nobody: it names all copies as `alternate` instead.
 *
 * @example
 * for (const [path, text] of catalogFiles(federation, records)) write(`catalog/${path}`, text);
 */
export function catalogFiles(federation: CatalogFederation, records: DatasetRecords): CatalogFiles {
  const files = new Map<string, string>();
  for (const site of federation.sites) {
    const owner = ownerOf(federation, site);
    files.set(`stac/${site.id}/catalog.json`, page(sitePage(federation, site, owner)));
    for (const dataset of site.datasets) {
      const record = records.get(dataset.id);
      const path = `stac/${site.id}/${dataset.id}/collection.json`;
      files.set(path, page(collection({ site, dataset, record, owner })));
    }
  }
  files.set("intake/catalog.yaml", intakeCatalog(federation));
  return new Map([["stac/catalog.json", page(rootPage(federation, digestOf(files)))], ...files]);
}

function rootPage(federation: CatalogFederation, digest: string): object {
  const datasets = federation.sites.reduce((n, site) => n + site.datasets.length, 0);
  return {
    type: "Catalog",
    stac_version: stacVersion,
    id: federation.id,
    title: federation.title,
    description: `${federation.title}: ${counted(datasets, "dataset")} at ${counted(federation.sites.length, "site")}, the same pages at each. Contact: ${federation.contact}`,
    // Over all other pages: two copies of the catalog are the same when their digests are.
    "isthmus:federation": { contact: federation.contact, digest },
    links: [
      jsonLink("root", "./catalog.json"),
      ...federation.sites.map((site) => jsonLink("child", `./${site.id}/catalog.json`, site.institution)),
      ...federation.sites.flatMap((site) =>
        site.catalog === null ? [] : [jsonLink("alternate", site.catalog, `The copy at ${site.institution}`)],
      ),
    ],
  };
}

function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** The folder of the copy that a site's pages call their own: the site's, else that of the site that serves it, else the first there is. */
function ownerOf(federation: CatalogFederation, site: CatalogSite): string | undefined {
  const serving = federation.sites.find((s) => s.id === site.servedBy);
  const url = site.catalog ?? serving?.catalog ?? federation.sites.find((s) => s.catalog !== null)?.catalog;
  return url?.replace(/\/catalog\.json$/, "");
}

function digestOf(files: CatalogFiles): string {
  const hash = createHash("sha256");
  for (const [path, text] of files) hash.update(`${path}\0${text}\0`);
  return hash.digest("hex");
}
