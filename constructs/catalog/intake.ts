import { stringify } from "yaml";
import type { CatalogDataset, CatalogFederation } from "./input";

const heading = ` Datasets that open with nothing but a link: intake.open_catalog(URL)["DATASET"].to_dask()
 Needs intake and intake-xarray. The STAC pages beside this file say more of each, and list the others too.`;

/** The Intake catalog (version 1) of all public Zarr datasets of the federation. */
export function intakeCatalog(federation: CatalogFederation): string {
  const sources = federation.sites.flatMap((site) =>
    site.datasets.flatMap((dataset) =>
      dataset.kind === "zarr" && dataset.https !== null
        ? [[dataset.id, source(dataset, dataset.https, site.institution)] as const]
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
function source(dataset: CatalogDataset, urlpath: string, institution: string) {
  return {
    description: dataset.title,
    driver: "zarr",
    args: { urlpath, consolidated: true },
    metadata: { institution, license: dataset.license, keywords: dataset.keywords },
  };
}
