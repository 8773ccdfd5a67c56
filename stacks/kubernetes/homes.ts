import type { App } from "cdktf";
import type { ResolvedClusterSite } from "../../config/resolve/cluster-site";
import { constructId } from "../../constructs/construct-id";
import { homeServer } from "../../constructs/kubernetes/home-server";
import type { Platform } from "../../constructs/kubernetes/platform";
import { type FederationProps, SiteStack } from "../site-stack";

export interface KubernetesHomesStackProps extends FederationProps {
  readonly site: ResolvedClusterSite;
  readonly platform: Platform;
}

/** Ids of what else the stack holds, and of parts of homes. */
const taken = /^(?:backend|helm|kubernetes)$|^chart-|-(?:namespace|objects)$/;

/** `<site>-homes`: users' home file systems, each a server on one disk in a namespace of its own. They outlive the hubs; the guard keeps them. */
export class KubernetesHomesStack extends SiteStack {
  constructor(app: App, { federation, site, platform, places }: KubernetesHomesStackProps) {
    super(app, { federation, site: site.id, part: "homes", places });
    platform.configure(this);
    for (const home of site.homes)
      if (home.kind === "nfs" && !home.disk)
        homeServer(this, constructId(home.id, taken), {
          site,
          home,
          disk: { kind: "class", storageClass: classOf(home) },
        });
  }
}

function classOf({ id, storageClass }: { readonly id: string; readonly storageClass: string | null }): string {
  if (storageClass === null) throw new Error(`home ${id} has no storage class`);
  return storageClass;
}
