import { ComputeDisk } from "@cdktf/provider-google/lib/compute-disk";
import { ComputeDiskResourcePolicyAttachment } from "@cdktf/provider-google/lib/compute-disk-resource-policy-attachment";
import { ComputeResourcePolicy } from "@cdktf/provider-google/lib/compute-resource-policy";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { KeptDisk } from "../../config/resolve/cluster-site";

export interface HomeDiskProps {
  readonly disk: KeptDisk;
  readonly sizeBytes: number;
  readonly region: string;
  /** Labels of snapshots, which the engine's provider does not make. */
  readonly labels: Readonly<Record<string, string>>;
  readonly dependsOn: ITerraformDependable[];
}

const GI = 2 ** 30;

/** A disk of homes, with a snapshot of each night, and a last one whatever takes the disk away. Snapshots stay when it goes. */
export class HomeDisk extends Construct {
  constructor(scope: Construct, id: string, { disk, sizeBytes, region, labels, dependsOn }: HomeDiskProps) {
    super(scope, id);
    const { name, zone, snapshotDays } = disk;
    const purpose = { purpose: "homes" };
    const resource = new ComputeDisk(this, "disk", {
      name,
      zone,
      size: sizeBytes / GI,
      type: "pd-balanced",
      createSnapshotBeforeDestroy: true,
      labels: purpose,
      dependsOn,
    });
    if (snapshotDays === null) return;
    const policy = new ComputeResourcePolicy(this, "snapshots", {
      name,
      region,
      snapshotSchedulePolicy: {
        schedule: { dailySchedule: { daysInCycle: 1, startTime: "08:00" } },
        retentionPolicy: { maxRetentionDays: snapshotDays, onSourceDiskDelete: "KEEP_AUTO_SNAPSHOTS" },
        snapshotProperties: { labels: { ...labels, ...purpose }, storageLocations: [region] },
      },
      dependsOn,
    });
    new ComputeDiskResourcePolicyAttachment(this, "nightly", { name: policy.name, disk: resource.name, zone });
  }
}
