import type { App } from "cdktf";
import { homeVaultName } from "../../config/google-names";
import { isBackedUp, isMade } from "../../config/resolve/cluster-site";
import type { ResolvedGoogleClusterSite } from "../../config/resolve/google-site";
import { backUp } from "../../constructs/google/home-backups";
import { HomeDisk } from "../../constructs/google/home-disk";
import { type FilestoreHome, HomeFilestore } from "../../constructs/google/home-filestore";
import { googleProvider, siteLabels } from "../../constructs/google/provider";
import { type GoogleService, services } from "../../constructs/google/services";
import { type FederationProps, SiteStack } from "../site-stack";

export interface GoogleHomesStackProps extends FederationProps {
  readonly site: ResolvedGoogleClusterSite;
}

/**
 * `<site>-homes`: what users' homes lie on, disks with snapshots and file systems. They outlive hubs, and the cluster too but
 * for file systems in its own network; the guard keeps them. What exists is not in it.
 */
export class GoogleHomesStack extends SiteStack {
  constructor(app: App, { federation, site, places }: GoogleHomesStackProps) {
    super(app, { federation, site: site.id, part: "homes", places });
    googleProvider(this, { federation: federation.id, site });
    const made = madeFilestores(site);
    const ready = services(this, servicesOf(made));
    const { region, cluster } = site;
    const labels = siteLabels({ federation: federation.id, site });
    for (const home of site.homes)
      if (home.kind === "nfs" && home.disk?.existing === null)
        new HomeDisk(this, `home-${home.id}`, {
          ...{ ...home, disk: home.disk, region, labels },
          dependsOn: ready("compute"),
        });
    const plan = homeVaultName(federation.id, site.id);
    for (const home of made) {
      const { resource } = new HomeFilestore(this, `home-${home.id}`, { home, cluster, dependsOn: ready("file") });
      const { id, name } = home;
      if (isBackedUp(home))
        backUp(this, `backups-${id}`, { name, project: site.project, region, instance: resource.id, plan });
    }
  }
}

/** What of Google's services the stack asks. */
function servicesOf(made: readonly FilestoreHome[]): GoogleService[] {
  return ["compute", ...(made.length > 0 ? (["file"] as const) : [])];
}

/** File systems of users' homes that are made. */
export function madeFilestores({ homes }: Pick<ResolvedGoogleClusterSite, "homes">): FilestoreHome[] {
  return homes.flatMap((home) => (home.kind === "filestore" && isMade(home) ? [home] : []));
}
