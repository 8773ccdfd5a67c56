import type { App } from "cdktf";
import { hubLocation } from "../../charts/zarr-gateway/hub";
import type { ResolvedFederation } from "../../config/resolve/federation";
import type { ResolvedHub } from "../../config/resolve/hub";
import type { ResolvedHpcSite } from "../../config/resolve/site";
import { Delivery } from "../../constructs/hpc/delivery";
import { hubBundle } from "../../constructs/hpc/hub-programs";
import { type Places, SiteStack } from "../site-stack";

export interface HpcHubStackProps {
  readonly federation: ResolvedFederation;
  readonly site: ResolvedHpcSite;
  readonly hub: ResolvedHub;
  readonly places: Places;
}

/** `<site>-<hub>`: one JupyterHub with its Dask Gateway. A workshop's comes and goes without touching the rest. */
export class HpcHubStack extends SiteStack {
  constructor(app: App, { federation, site, hub, places }: HpcHubStackProps) {
    super(app, { federation, site: site.id, part: hub.id, places });
    const bundle = hubBundle({
      ...hub,
      federation: federation.id,
      site: site.id,
      hub: hub.id,
      stack: this.node.id,
      url: site.url,
      basePath: hub.path,
      expires: earliest(hub.expires, site.expires),
      s3: site.s3,
      nginxConf: hubLocation(hub.path, hub.ports.proxy),
    });
    this.addFiles("bundle", bundle.files);
    new Delivery(this, "delivery", {
      part: hub.id,
      root: site.root,
      configDirectory: this.configDirectory,
      digest: bundle.digest,
      expires: earliest(hub.expires, site.expires),
    });
  }
}

/** ISO 8601 instants in UTC compare as text. */
function earliest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
