import { DlmLifecyclePolicy } from "@cdktf/provider-aws/lib/dlm-lifecycle-policy";
import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import type { App } from "cdktf";
import { awsRoleName } from "../../config/aws-names";
import type { ResolvedAwsClusterSite } from "../../config/resolve/aws-site";
import { homeFileSystem } from "../../constructs/aws/home-file-system";
import { awsProvider } from "../../constructs/aws/provider";
import { Role } from "../../constructs/aws/role";
import { ofService } from "../../constructs/aws/trust";
import { constructId } from "../../constructs/construct-id";
import { type FederationProps, SiteStack } from "../site-stack";

export interface AwsHomesStackProps extends FederationProps {
  readonly site: ResolvedAwsClusterSite;
}

const GI = 2 ** 30;

/** Ids of what else the stack holds, and of parts of homes. */
const taken = /^(?:aws|backend|snapshots-role)$|-(?:snapshots|policy|backups)$/;

/** Disks of users' homes that are made, with what they hold. */
function madeDisks({ homes }: ResolvedAwsClusterSite) {
  return homes.flatMap((home) =>
    home.kind === "nfs" && home.disk && home.disk.existing === null ? [{ ...home, disk: home.disk }] : [],
  );
}

/** File systems of users' homes that are made. */
function madeFileSystems({ homes }: ResolvedAwsClusterSite) {
  return homes.flatMap((home) => (home.kind === "efs" && home.existing === null ? [home] : []));
}

/**
 * `<site>-homes`: what users' homes lie on, disks with snapshots and file systems with backups. They outlive cluster and hubs; the guard
 * keeps them. What exists is not in it.
 */
export class AwsHomesStack extends SiteStack {
  constructor(app: App, { federation, site, places }: AwsHomesStackProps) {
    super(app, { federation, site: site.id, part: "homes", places });
    awsProvider(this, { federation: federation.id, site });
    for (const { id, sizeBytes, disk } of madeDisks(site))
      new EbsVolume(this, constructId(id, taken), {
        availabilityZone: disk.zone,
        size: sizeBytes / GI,
        type: "gp3",
        encrypted: true,
        finalSnapshot: true, // whatever takes the disk away
        tags: { Name: disk.name, purpose: "homes" },
      });
    this.snapshots(federation.id, site);
    for (const home of madeFileSystems(site)) homeFileSystem(this, constructId(home.id, taken), { home, ...site });
  }

  /** Of each disk one a night. */
  private snapshots(federation: string, site: ResolvedAwsClusterSite): void {
    const kept = madeDisks(site).flatMap(({ id, disk }) => {
      const { snapshotDays } = disk;
      return snapshotDays === null ? [] : [{ id, name: disk.name, days: snapshotDays }];
    });
    if (kept.length === 0) return;
    const role = new Role(this, "snapshots-role", {
      name: awsRoleName(federation, site.id, "snapshots"),
      description: `Snapshots of homes of ${site.id} in ${federation}`,
      trust: ofService("dlm"),
      managed: ["service-role/AWSDataLifecycleManagerServiceRole"],
    });
    for (const { id, name, days } of kept)
      new DlmLifecyclePolicy(this, `${constructId(id, taken)}-snapshots`, {
        description: `Homes ${id} of ${site.id} in ${federation}`,
        executionRoleArn: role.arn,
        state: "ENABLED",
        policyDetails: {
          resourceTypes: ["VOLUME"],
          targetTags: { Name: name },
          schedule: [
            {
              name: "nightly",
              createRule: { interval: 24, intervalUnit: "HOURS", times: ["08:00"] },
              retainRule: { interval: days, intervalUnit: "DAYS" },
              copyTags: true,
            },
          ],
        },
        tags: { Name: name },
        dependsOn: role.rights,
      });
  }
}
