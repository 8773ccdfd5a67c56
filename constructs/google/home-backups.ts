import { BackupDrBackupPlan } from "@cdktf/provider-google/lib/backup-dr-backup-plan";
import { BackupDrBackupPlanAssociation } from "@cdktf/provider-google/lib/backup-dr-backup-plan-association";
import { BackupDrBackupVault } from "@cdktf/provider-google/lib/backup-dr-backup-vault";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";

export interface HomeBackupsProps {
  /** Of the vault and of the plan. */
  readonly name: string;
  readonly region: string;
  /** By whose clock nights are. */
  readonly timezone: string;
  readonly dependsOn: ITerraformDependable[];
}

const resourceType = "file.googleapis.com/Instance";
const days = 35;

/** Where backups of home file systems lie, and when they are taken: one a night. They stay for their days when what they are of goes, and so does the vault. */
export class HomeBackups extends Construct {
  constructor(scope: Construct, id: string, { name, region, timezone, dependsOn }: HomeBackupsProps) {
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
    new BackupDrBackupPlan(this, "plan", {
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
  }
}

export interface BackedUpHomeProps {
  readonly name: string;
  readonly project: string;
  readonly region: string;
  /** What the engine knows the file system by. */
  readonly instance: string;
  /** The plan's name, of the same project and region: another stack's. */
  readonly plan: string;
}

/** Has the nightly backups taken of a file system. */
export function backUp(scope: Construct, id: string, { name, project, region, instance, plan }: BackedUpHomeProps) {
  return new BackupDrBackupPlanAssociation(scope, id, {
    backupPlanAssociationId: name,
    location: region,
    resourceType,
    resource: instance,
    backupPlan: `projects/${project}/locations/${region}/backupPlans/${plan}`,
  });
}
