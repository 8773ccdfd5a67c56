import { createHash } from "node:crypto";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { EksAccessEntry } from "@cdktf/provider-aws/lib/eks-access-entry";
import { EksAccessPolicyAssociation } from "@cdktf/provider-aws/lib/eks-access-policy-association";
import { EksCluster } from "@cdktf/provider-aws/lib/eks-cluster";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import type { TerraformResourceLifecycle } from "cdktf";
import { Construct } from "constructs";
import { awsRoleName, clusterKeyAlias } from "../../config/aws-names";
import type { ResolvedAwsCluster } from "../../config/resolve/aws-cluster";
import { constructId } from "../construct-id";
import type { Subnets } from "./network";
import { Role } from "./role";
import { ofService } from "./trust";

export interface ClusterProps {
  readonly federation: string;
  readonly site: string;
  readonly cluster: ResolvedAwsCluster;
  readonly subnets: Subnets;
  readonly lifecycle: TerraformResourceLifecycle | undefined;
}

/** The control plane: who reaches it and from where, what it encrypts and logs. */
export class Cluster extends Construct {
  readonly resource: EksCluster;

  constructor(scope: Construct, id: string, { federation, site, cluster, subnets, lifecycle }: ClusterProps) {
    super(scope, id);
    const role = new Role(this, "role", {
      name: awsRoleName(federation, site, "control-plane"),
      description: `Control plane of ${cluster.name}`,
      trust: ofService("eks"),
      managed: ["AmazonEKSClusterPolicy"],
    });
    const key = new KmsKey(this, "key", {
      description: `Secrets of ${cluster.name}`,
      enableKeyRotation: true,
      deletionWindowInDays: 7, // what it encrypts goes with the cluster
      tags: { Name: `${cluster.name}-secrets` },
    });
    new KmsAlias(this, "alias", { name: clusterKeyAlias(federation, site), targetKeyId: key.keyId });
    const logs = cluster.logDays === null ? [] : [this.logGroup(cluster.name, cluster.logDays)];
    this.resource = new EksCluster(this, "cluster", {
      name: cluster.name,
      version: cluster.kubernetes,
      roleArn: role.arn,
      // The network, names and identity of pods are add-ons of ours, in versions that are known.
      bootstrapSelfManagedAddons: false,
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
      vpcConfig: {
        subnetIds: Object.values(subnets.privateSubnets),
        endpointPrivateAccess: true,
        endpointPublicAccess: cluster.api.kind !== "private",
        ...(cluster.api.kind === "private"
          ? {}
          : { publicAccessCidrs: cluster.api.kind === "networks" ? [...cluster.api.from] : ["0.0.0.0/0"] }),
      },
      encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] },
      enabledClusterLogTypes:
        cluster.logDays === null ? [] : ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      // When a version's time is over EKS raises it, instead of six times the price for another year.
      upgradePolicy: { supportType: "STANDARD" },
      dependsOn: [...role.rights, ...logs],
      lifecycle: {
        ...lifecycle,
        // The provider would only move the cluster to the new subnets, which EKS refuses in another network.
        ...(subnets.madeNetwork === null ? {} : { replaceTriggeredBy: [subnets.madeNetwork] }),
      },
    });
    for (const principal of new Set(cluster.admins)) this.admit(principal);
  }

  /** EKS would make it, and keep what is in it for ever. */
  private logGroup(name: string, days: number): CloudwatchLogGroup {
    return new CloudwatchLogGroup(this, "logs", { name: `/aws/eks/${name}/cluster`, retentionInDays: days });
  }

  private admit(principalArn: string): void {
    const name = constructId(principalArn.replace(/^.*:/, "").replaceAll(/[^\w-]/g, "-"), /-rights$/);
    const digest = createHash("sha256").update(principalArn).digest("hex").slice(0, 8);
    // Alike in two accounts, or but for a dot: the first has the name alone.
    const id = this.node.tryFindChild(`admin-${name}`) ? `${name}-${digest}` : name;
    const entry = new EksAccessEntry(this, `admin-${id}`, { clusterName: this.resource.name, principalArn });
    new EksAccessPolicyAssociation(this, `admin-${id}-rights`, {
      clusterName: this.resource.name,
      principalArn: entry.principalArn,
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
      accessScope: { type: "cluster" },
    });
  }
}
