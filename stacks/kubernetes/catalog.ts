import type { App } from "cdktf";
import type { ResolvedClusterSite } from "../../config/resolve/cluster-site";
import { gatewayCatalog } from "../../constructs/kubernetes/objects/gateway-catalog";
import type { Platform } from "../../constructs/kubernetes/platform";
import { ObjectsRelease } from "../../constructs/kubernetes/release";
import { frontCacheBytes, gatewayOf, portalOf } from "../gateway";
import { type FederationProps, SiteStack } from "../site-stack";

export interface KubernetesCatalogStackProps extends FederationProps {
  readonly site: ResolvedClusterSite;
  readonly platform: Platform;
}

/** `<site>-catalog`: the catalog's pages at this site and the gateway's map of datasets. A dataset that is added changes only this. */
export class KubernetesCatalogStack extends SiteStack {
  constructor(app: App, { federation, site, platform, catalog, places }: KubernetesCatalogStackProps) {
    super(app, { federation, site: site.id, part: "catalog", places });
    platform.configure(this);
    const parts = gatewayCatalog({
      ...gatewayOf(federation, site.id, (dataset) => ({ kind: "http", url: platform.datasetUrl(dataset) })),
      namespace: site.servicesNamespace,
      pages: catalog,
      portal: portalOf(federation, site.id),
      cacheBytes: frontCacheBytes(site),
    });
    // One release each: Helm keeps a whole release in one Secret.
    for (const [i, part] of parts.entries())
      new ObjectsRelease(this, `part-${i}`, {
        name: part.metadata.name,
        namespace: site.servicesNamespace,
        objects: [part],
        dependsOn: [],
      });
  }
}
