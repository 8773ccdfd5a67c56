import type { App } from "cdktf";
import { homeVaultName } from "../../config/google-names";
import type { ResolvedGoogleClusterSite } from "../../config/resolve/google-site";
import { HomeBackups } from "../../constructs/google/home-backups";
import { googleProvider } from "../../constructs/google/provider";
import { services } from "../../constructs/google/services";
import { type FederationProps, SiteStack } from "../site-stack";

export interface GoogleBackupsStackProps extends FederationProps {
  readonly site: ResolvedGoogleClusterSite;
}

/**
 * `<site>-backups`: the vault of the homes' backups. It cannot go before the last of them has expired, so nothing else waits for its end: a stack
 * of its own, on which homes stand.
 */
export class GoogleBackupsStack extends SiteStack {
  constructor(app: App, { federation, site, places }: GoogleBackupsStackProps) {
    super(app, { federation, site: site.id, part: "backups", places });
    googleProvider(this, { federation: federation.id, site });
    const { region, timezone } = site;
    const name = homeVaultName(federation.id, site.id);
    new HomeBackups(this, "backups", { name, region, timezone, dependsOn: services(this, ["backupdr"])("backupdr") });
  }
}
