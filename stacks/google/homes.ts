import type { App } from "cdktf";
import type { ResolvedGoogleClusterSite } from "../../config/resolve/google-site";
import { HomeDisk } from "../../constructs/google/home-disk";
import { googleProvider, siteLabels } from "../../constructs/google/provider";
import { services } from "../../constructs/google/services";
import { type FederationProps, SiteStack } from "../site-stack";

export interface GoogleHomesStackProps extends FederationProps {
  readonly site: ResolvedGoogleClusterSite;
}

/**
 * `<site>-homes`: the disks that users' homes lie on, with their snapshots. They outlive cluster and hubs; the guard keeps them. What exists
 * is not in it.
 */
export class GoogleHomesStack extends SiteStack {
  constructor(app: App, { federation, site, places }: GoogleHomesStackProps) {
    super(app, { federation, site: site.id, part: "homes", places });
    googleProvider(this, { federation: federation.id, site });
    const dependsOn = services(this, ["compute"])("compute");
    const { region } = site;
    const labels = siteLabels({ federation: federation.id, site });
    for (const home of site.homes)
      if (home.kind === "nfs" && home.disk?.existing === null)
        new HomeDisk(this, `home-${home.id}`, { ...home, disk: home.disk, region, labels, dependsOn });
  }
}
