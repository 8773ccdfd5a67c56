import { BackupDrBackupPlan } from "@cdktf/provider-google/lib/backup-dr-backup-plan";
import { BackupDrBackupPlanAssociation } from "@cdktf/provider-google/lib/backup-dr-backup-plan-association";
import { BackupDrBackupVault } from "@cdktf/provider-google/lib/backup-dr-backup-vault";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";

/** A home file system by the config's id, by its name, and by what the engine knows it by. */
export interface KeptHome {
  readonly id: string;
  readonly name: string;
  readonly instance: string;
}

export interface HomeBackupsProps {
  /** Of the vault and of the plan. */
  readonly name: string;
  readonly region: string;
  /** By whose clock nights are. */
  readonly timezone: string;
  readonly homes: readonly KeptHome[];
  readonly dependsOn: ITerraformDependable[];
}

const resourceType = "file.googleapis.com/Instance";
const days = 35;

/** Backups of home file systems, one a night. They stay for their days when what they are of goes, and so does the vault that they lie in. */
export class HomeBackups extends Construct {
  constructor(scope: Construct, id: string, { name, region, timezone, homes, dependsOn }: HomeBackupsProps) {
    super(scope, id);
    const vault = new BackupDrBackupVault(this, "vault", {
      backupVaultId: name,
      location: region,
      description: "Backups of homes",
      backupMinimumEnforcedRetentionDuration: "86400s", // a day, the least: until then nobody removes one
      ignoreInactiveDatasources: true, // once it is empty, it may go
      accessRestriction: "WITHIN_PROJECT", // a project need not be of an organization
      labels: { purpose: "homes" },
      dependsOn,
    });
    const plan = new BackupDrBackupPlan(this, "plan", {
      backupPlanId: name,
      location: region,
      resourceType,
      backupVault: vault.id,
      backupRules: [
        {
          ruleId: "nightly",
          backupRetentionDays: days,
          standardSchedule: {
            recurrenceType: "DAILY",
            timeZone: timezone,
            backupWindow: { startHourOfDay: 1, endHourOfDay: 7 }, // six hours, the least
          },
        },
      ],
    });
    for (const home of homes)
      new BackupDrBackupPlanAssociation(this, `home-${home.id}`, {
        backupPlanAssociationId: home.name,
        location: region,
        resourceType,
        resource: home.instance,
        backupPlan: plan.id,
      });
  }
}
