import type { GatewayProps, Origin } from "../charts/zarr-gateway/input";
import { datasetPath, objectUrl } from "../config/names";
import type { ResolvedFederation } from "../config/resolve/federation";
import type { ResolvedDataset } from "../config/resolve/lake";
import { landingPage } from "../constructs/catalog/landing";
import { fileType } from "../constructs/catalog/stac";

/**
 * The federation's public datasets as a site's gateway sees them: those that it serves, and pointers to the rest.
 *
 * @param ownOrigin where the site's own datasets come from; those of other stores come by HTTP
 */
export function gatewayOf(
  federation: ResolvedFederation,
  site: string,
  ownOrigin: (dataset: ResolvedDataset) => Origin,
): Pick<GatewayProps, "datasets" | "foreign"> {
  const all = federation.sites.flatMap((s) => s.datasets).filter((d) => d.https !== null);
  const served = all.filter((d) => d.servedBy === site);
  return {
    datasets: served.map((d) => ({
      id: d.id,
      at: datasetPath(d.kind, d.id),
      origin: d.site === site ? ownOrigin(d) : { kind: "http", url: objectUrl(d.place, d.path) },
      ...(isStore(d.kind) ? {} : { file: fileType(d.kind, d.path) }),
    })),
    foreign: all
      .filter((d) => d.servedBy !== site)
      .map((d) => ({ at: datasetPath(d.kind, d.id), url: d.https as string })),
  };
}

/** Bytes that a site's front keeps of what it fetches: one without a gateway fetches little. */
export function frontCacheBytes({ gateway }: { readonly gateway: { readonly cacheBytes: number } | null }): number {
  return gateway?.cacheBytes ?? 2 ** 30;
}

/** Whether a dataset is always a tree of objects; of the other kinds it may be one file. */
export function isStore(kind: ResolvedDataset["kind"]): kind is "zarr" | "icechunk" {
  return kind === "zarr" || kind === "icechunk";
}

/** The page at a site's root. */
export function portalOf(federation: ResolvedFederation, site: string): string {
  return landingPage({ title: federation.title, contact: federation.contact, site, sites: federation.sites });
}
