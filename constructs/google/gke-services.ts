import { DnsManagedZoneIamMember } from "@cdktf/provider-google/lib/dns-managed-zone-iam-member";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { externalDnsName } from "../../charts/external-dns";
import { googleAccountId } from "../../config/google-names";
import type { ResolvedGoogleClusterSite } from "../../config/resolve/google-site";
import { constructId } from "../construct-id";
import { homeServer } from "../kubernetes/home-server";
import type { Service } from "../kubernetes/platform";
import { PodAccount } from "./pod-account";

/** Ids of parts of homes. */
const taken = /-(?:namespace|objects)$/;

/** Servers of homes, on disks that a stack of their own keeps. */
export function homeServers({ project }: ResolvedGoogleClusterSite): Service {
  return ({ scope, site, release }) => {
    for (const home of site.homes) {
      if (home.kind !== "nfs" || !home.disk) continue;
      const { name, existing, zone } = home.disk;
      const volumeId = `projects/${project}/zones/${zone}/disks/${existing ?? name}`;
      const id = `home-${constructId(home.id, taken)}`;
      release(homeServer(scope, id, { site, home, disk: { kind: "pd", volumeId } }));
    }
  };
}

/** cert-manager's service account. */
export const certManagerName = "cert-manager";

/** Who makes the site's records: in its zone alone, whose others the programs only see. */
export function zoneRights(federation: string, site: ResolvedGoogleClusterSite): Service {
  return ({ scope, release }) => {
    const { dns, project } = site;
    if (dns.kind !== "cloudDns") return;
    const programs = site.tls.kind === "acme" ? [externalDnsName, certManagerName] : [externalDnsName];
    for (const program of programs) {
      const account = new PodAccount(scope, `${program}-identity`, {
        project,
        accountId: googleAccountId(federation, site.id, program),
        description: `${program} of ${site.id} in ${federation}`,
        namespace: site.servicesNamespace,
        serviceAccount: program,
      });
      const { member } = account;
      release({ resource: account.binding });
      release({
        resource: new DnsManagedZoneIamMember(scope, `${program}-zone`, {
          project,
          managedZone: dns.zone,
          role: "roles/dns.admin",
          member,
        }),
      });
      // It looks for its zone among those of the project.
      if (program === externalDnsName)
        release({
          resource: new ProjectIamMember(scope, `${program}-zones`, { project, role: "roles/dns.reader", member }),
        });
    }
  };
}
