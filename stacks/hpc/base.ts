import type { App } from "cdktf";
import type { Origin } from "../../charts/zarr-gateway/input";
import { siteFront } from "../../charts/zarr-gateway/nginx";
import { hasOwnAccounts } from "../../config/resolve/batch";
import type { ResolvedFederation } from "../../config/resolve/federation";
import type { ResolvedHub } from "../../config/resolve/hub";
import type { ResolvedBucket, ResolvedDataset } from "../../config/resolve/lake";
import { type FetchedCopy, fetchedCopies } from "../../config/resolve/mirrors";
import type { ResolvedHpcSite } from "../../config/resolve/site";
import type { CatalogFiles } from "../../constructs/catalog/files";
import type { BundleFiles } from "../../constructs/hpc/bundle";
import { type BucketGrant, baseBundle, type SiteCopy } from "../../constructs/hpc/programs";
import { gatewayOf, isStore, portalOf } from "../gateway";
import { type Places, SiteStack } from "../site-stack";
import { deliver } from "./deliver";
import { sudoRules } from "./sudo-rules";

export interface HpcBaseStackProps {
  readonly federation: ResolvedFederation;
  readonly site: ResolvedHpcSite;
  readonly catalog: CatalogFiles;
  readonly places: Places;
}

/** `<site>-base`: supervisor, S3 endpoint, front with the Zarr gateway and the catalog's pages. Lives for weeks; hubs come and go beside it. */
export class HpcBaseStack extends SiteStack {
  readonly part = "base";
  readonly bundle: BundleFiles;

  constructor(app: App, { federation, site, catalog, places }: HpcBaseStackProps) {
    super(app, { federation, site: site.id, part: "base", places });
    const bundle = baseBundle({
      federation: federation.id,
      site: site.id,
      stack: this.node.id,
      url: site.url,
      listen: site.listen,
      certificate: site.certificate,
      s3: site.s3,
      expires: site.expires,
      state: site.state,
      sidecar: site.sidecar,
      unixUsers: site.batch !== null,
      ownAccounts: hasOwnAccounts(site.batch),
      sudo: sudoRules(federation.id, site, site.hubs),
      buckets: site.buckets.map((bucket) => ({ ...bucket, grants: grantsOf(bucket, site) })),
      copies: fetchedCopies(federation)
        .filter(({ to }) => to.site.id === site.id)
        .map(copyOf),
      nginxConf: siteFront({
        listen: site.listen,
        certificate: site.certificate,
        url: site.url,
        cacheBytes: site.gateway?.cacheBytes ?? 0,
        machineConf: "../../run/machine.conf", // the kit writes it
        ...gatewayOf(federation, site.id, directoryOf),
      }),
      pages: catalog,
      files: new Map([["portal.html", portalOf(federation, site.id)]]),
    });
    this.bundle = bundle;
    this.addFiles("bundle", bundle.files);
    deliver(this, site, { part: "base", digest: bundle.digest, expires: site.expires });
  }
}

/** A copy for the program that fetches it: what it reads, and where it puts that. */
function copyOf({ dataset, to, prefix, everySeconds }: FetchedCopy): SiteCopy {
  const { endpoint, bucket, region, pathStyle } = dataset.place;
  const { id, kind } = dataset;
  return {
    dataset: id,
    kind,
    from: { endpoint, bucket, region, pathStyle },
    prefix,
    bucket: to.bucket.name,
    everySeconds,
  };
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

/** A dataset of the site is a directory of one of its buckets. */
function directoryOf({ place, path }: ResolvedDataset): Origin {
  return { kind: "directory", bucket: place.bucket, path };
}
