import type { App } from "cdktf";
import { issuerOf } from "../../charts/jupyterhub/issuer";
import { hubLocation } from "../../charts/zarr-gateway/hub";
import { hasOwnAccounts } from "../../config/resolve/batch";
import type { ResolvedFederation } from "../../config/resolve/federation";
import type { ResolvedLocalHub } from "../../config/resolve/local-hub";
import type { ResolvedHpcSite } from "../../config/resolve/site";
import { earliest } from "../../constructs/expiry";
import type { BundleFiles } from "../../constructs/hpc/bundle";
import type { HubBundleInput } from "../../constructs/hpc/hub-input";
import { hubBundle } from "../../constructs/hpc/hub-programs";
import { type Places, SiteStack } from "../site-stack";
import { deliver } from "./deliver";
import { sudoRules } from "./sudo-rules";

export interface HpcHubStackProps {
  readonly federation: ResolvedFederation;
  readonly site: ResolvedHpcSite;
  readonly hub: ResolvedLocalHub;
  readonly places: Places;
}

/** `<site>-<hub>`: one JupyterHub with its Dask Gateway. A workshop's comes and goes without touching the rest. */
export class HpcHubStack extends SiteStack {
  readonly part: string;
  readonly bundle: BundleFiles;

  constructor(app: App, { federation, site, hub, places }: HpcHubStackProps) {
    super(app, { federation, site: site.id, part: hub.id, places });
    const bundle = hubBundle({
      ...hub,
      auth: authOf(hub, federation),
      federation: federation.id,
      site: site.id,
      hub: hub.id,
      stack: this.node.id,
      url: site.url,
      basePath: hub.path,
      expires: earliest(hub.expires, site.expires),
      state: site.state,
      s3: site.s3,
      batch: site.batch,
      ownAccounts: hasOwnAccounts(site.batch),
      sudo: sudoRules(federation.id, site, [hub]),
      carried: site.login !== "here" && site.login.kind === "bundle",
      nginxConf: hubLocation(hub.path, hub.ports.proxy, site.tlsAhead ? "https" : "$scheme"),
    });
    this.part = hub.id;
    this.bundle = bundle;
    this.addFiles("bundle", bundle.files);
    deliver(this, site, { part: hub.id, digest: bundle.digest, expires: earliest(hub.expires, site.expires) });
  }
}

/** How people sign in, with what the federation says of its issuer. */
function authOf({ id, auth }: ResolvedLocalHub, { title, identity }: ResolvedFederation): HubBundleInput["auth"] {
  if (auth.kind !== "federation") return auth;
  const told = issuerOf(id, title, identity);
  return { ...auth, ...told, clientId: auth.clientId ?? told.clientId };
}
