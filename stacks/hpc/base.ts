import type { App } from "cdktf";
import { siteFront } from "../../charts/zarr-gateway/nginx";
import { datasetPath } from "../../config/names";
import type { ResolvedFederation } from "../../config/resolve/federation";
import type { ResolvedHub } from "../../config/resolve/hub";
import type { ResolvedBucket, ResolvedDataset } from "../../config/resolve/lake";
import type { ResolvedHpcSite } from "../../config/resolve/site";
import type { CatalogFiles } from "../../constructs/catalog/files";
import { fileType } from "../../constructs/catalog/stac";
import { Delivery } from "../../constructs/hpc/delivery";
import { landingPage } from "../../constructs/hpc/landing";
import { type BucketGrant, baseBundle } from "../../constructs/hpc/programs";
import { type Places, SiteStack } from "../site-stack";

export interface HpcBaseStackProps {
  readonly federation: ResolvedFederation;
  readonly site: ResolvedHpcSite;
  readonly catalog: CatalogFiles;
  readonly places: Places;
}

/** `<site>-base`: supervisor, S3 endpoint, front with the Zarr gateway and the catalog's pages. Lives for weeks; hubs come and go beside it. */
export class HpcBaseStack extends SiteStack {
  constructor(app: App, { federation, site, catalog, places }: HpcBaseStackProps) {
    super(app, { federation, site: site.id, part: "base", places });
    const bundle = baseBundle({
      federation: federation.id,
      site: site.id,
      stack: this.node.id,
      url: site.url,
      listen: site.listen,
      s3: site.s3,
      expires: site.expires,
      buckets: site.buckets.map((bucket) => ({ ...bucket, grants: grantsOf(bucket, site) })),
      nginxConf: siteFront({
        listen: site.listen,
        cacheBytes: site.gateway?.cacheBytes ?? 0,
        machineConf: "../../run/machine.conf", // the kit writes it
        ...gatewayOf(federation, site.id),
      }),
      pages: catalog,
      files: new Map([["portal.html", portalOf(federation, site.id)]]),
    });
    this.addFiles("bundle", bundle.files);
    new Delivery(this, "delivery", {
      part: "base",
      root: site.root,
      configDirectory: this.configDirectory,
      digest: bundle.digest,
      expires: site.expires,
    });
  }
}

/** What each hub may do in a bucket: its right, and write below the datasets that it publishes. */
function grantsOf(bucket: ResolvedBucket, site: ResolvedHpcSite): BucketGrant[] {
  return site.hubs.flatMap((hub): BucketGrant[] => {
    const right = hub.buckets.find((b) => b.id === bucket.id)?.right;
    const published = publishedIn(bucket, hub, site.datasets);
    return [
      ...(right === "read" || right === "write" ? [{ hub: hub.id, right, prefixes: ["*"] } as const] : []),
      ...(published.length > 0 ? [{ hub: hub.id, right: "write", prefixes: published } as const] : []),
    ];
  });
}

function publishedIn(bucket: ResolvedBucket, hub: ResolvedHub, datasets: readonly ResolvedDataset[]): string[] {
  return datasets
    .filter((d) => d.bucket === bucket.id && hub.publishes.includes(d.id))
    .flatMap((d) => (isStore(d.kind) ? [`${d.path}/*`] : [d.path, `${d.path}/*`]));
}

/** Whether a dataset is always a tree of objects; of the other kinds it may be one file. */
function isStore(kind: ResolvedDataset["kind"]): kind is "zarr" | "icechunk" {
  return kind === "zarr" || kind === "icechunk";
}

/** The federation's public datasets as a site's gateway sees them: its own from directories, other stores' by HTTP, the rest as pointers. */
function gatewayOf(federation: ResolvedFederation, site: string) {
  const all = federation.sites.flatMap((s) => s.datasets).filter((d) => d.https !== null);
  const served = all.filter((d) => d.servedBy === site);
  return {
    datasets: served.map((d) => ({
      id: d.id,
      at: datasetPath(d.kind, d.id),
      origin: originOf(d, site),
      ...(isStore(d.kind) ? {} : { file: fileType(d.kind, d.path) }),
    })),
    foreign: all
      .filter((d) => d.servedBy !== site)
      .map((d) => ({ at: datasetPath(d.kind, d.id), url: d.https as string })),
  };
}

function originOf(dataset: ResolvedDataset, site: string) {
  const { place, path } = dataset;
  if (dataset.site === site) return { kind: "directory", bucket: place.bucket, path } as const;
  const base = place.pathStyle
    ? `${place.endpoint}/${place.bucket}`
    : place.endpoint.replace("://", `://${place.bucket}.`);
  return { kind: "http", url: `${base}/${path}` } as const;
}

function portalOf(federation: ResolvedFederation, site: string): string {
  return landingPage({ title: federation.title, contact: federation.contact, site, sites: federation.sites });
}
