import { EfsBackupPolicy } from "@cdktf/provider-aws/lib/efs-backup-policy";
import { EfsFileSystem } from "@cdktf/provider-aws/lib/efs-file-system";
import { EfsFileSystemPolicy } from "@cdktf/provider-aws/lib/efs-file-system-policy";
import type { Construct } from "constructs";
import type { ResolvedHome } from "../../config/resolve/cluster-site";

export interface HomeFileSystemProps {
  readonly home: Extract<ResolvedHome, { kind: "efs" }>;
  readonly account: string;
  readonly region: string;
}

/** A file system of homes: encrypted, backed up each night, reached over TLS and through access points alone. */
export function homeFileSystem(scope: Construct, id: string, { home, account, region }: HomeFileSystemProps): void {
  const { id: fileSystemId, arn } = new EfsFileSystem(scope, id, {
    creationToken: home.name,
    encrypted: true,
    // By use: a small file system has next to no throughput of its own.
    throughputMode: "elastic",
    ...(home.coldAfterDays === null ? {} : { lifecyclePolicy: coldPolicy(home.coldAfterDays) }),
    tags: { Name: home.name, purpose: "homes" },
  });
  new EfsFileSystemPolicy(scope, `${id}-policy`, { fileSystemId, policy: mountPolicy(arn, { account, region }) });
  if (home.backups) new EfsBackupPolicy(scope, `${id}-backups`, { fileSystemId, backupPolicy: { status: "ENABLED" } });
}

function coldPolicy(days: number) {
  return [{ transitionToIa: `AFTER_${days}_DAYS` }, { transitionToPrimaryStorageClass: "AFTER_1_ACCESS" }];
}

/**
 * Who mounts: whoever reaches a mount target, which is nodes alone, through an access point, which makes everybody user 1000 below one
 * directory. Nobody is root, and nobody mounts the whole. What people of the account may do with the file system is IAM's to say.
 */
function mountPolicy(arn: string, { account, region }: { readonly account: string; readonly region: string }): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Id: "homes", // EFS gives one to a policy without, which would be taken away at each apply
    Statement: [
      {
        Sid: "Mount",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        Resource: arn,
        Condition: {
          Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" },
          StringLike: {
            "elasticfilesystem:AccessPointArn": `arn:aws:elasticfilesystem:${region}:${account}:access-point/*`,
          },
        },
      },
      {
        Sid: "OnlyTls",
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action: "*",
        Resource: arn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
}
