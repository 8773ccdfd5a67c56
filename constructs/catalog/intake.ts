import { stringify } from "yaml";
import type { CatalogDataset, CatalogFederation } from "./input";

const heading = ` Datasets that open with nothing but a link: intake.open_catalog(URL)["DATASET"].to_dask()
 Needs intake and intake-xarray, for images rioxarray too. The STAC pages beside this file say more of each, and list the rest.`;

/** The Intake catalog (version 1) of the federation's public Zarr datasets and images: what intake-xarray has a driver for. */
export function intakeCatalog(federation: CatalogFederation): string {
  const sources = federation.sites.flatMap((site) =>
    site.datasets.flatMap((dataset) =>
      (dataset.kind === "zarr" || dataset.kind === "cog") && dataset.https !== null
        ? [[dataset.id, source(dataset, dataset.kind, dataset.https, site.institution)] as const]
        : [],
    ),
  );
  const content = {
    metadata: { version: 1, name: federation.id, description: federation.title },
    sources: Object.fromEntries(sources),
  };
  return `#${heading.replaceAll("\n", "\n#")}\n${stringify(content, { lineWidth: 0 })}`;
}

/** Consolidated metadata is asked for, since nothing can be listed over HTTPS: without it no client opens a store. */
function source(dataset: CatalogDataset, kind: "zarr" | "cog", urlpath: string, institution: string) {
  const zarr = { driver: "zarr", args: { urlpath, consolidated: true } };
  const image = { driver: "rasterio", args: { urlpath, chunks: {} } };
  return {
    description: dataset.title,
    ...(kind === "zarr" ? zarr : image),
    metadata: { institution, license: dataset.license, keywords: dataset.keywords },
  };
}
