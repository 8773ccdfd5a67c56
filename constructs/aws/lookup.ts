import { DataAwsEbsVolume } from "@cdktf/provider-aws/lib/data-aws-ebs-volume";
import { DataAwsEfsFileSystem } from "@cdktf/provider-aws/lib/data-aws-efs-file-system";
import { DataAwsEksCluster } from "@cdktf/provider-aws/lib/data-aws-eks-cluster";
import { DataAwsRoute53Zone } from "@cdktf/provider-aws/lib/data-aws-route53-zone";
import { DataAwsSubnet } from "@cdktf/provider-aws/lib/data-aws-subnet";
import type { Construct } from "constructs";
import { privateSubnetName } from "../../config/aws-names";
import type { KeptDisk, ResolvedHome } from "../../config/resolve/cluster-site";

/*
 * What on AWS cannot be computed from the config and is looked up by a computed name.
 */

/** How a cluster's API is reached. */
export interface ClusterAddress {
  readonly name: string;
  readonly endpoint: string;
  /** Base64. */
  readonly authority: string;
}

export function clusterAddress(scope: Construct, name: string): ClusterAddress {
  const cluster = clusterOf(scope, name);
  return { name: cluster.name, endpoint: cluster.endpoint, authority: cluster.certificateAuthority.get(0).data };
}

/** Where a cluster's nodes are. */
export interface ClusterNetwork {
  readonly vpcId: string;
  /** The group that EKS makes, of which its nodes are. */
  readonly securityGroup: string;
}

export function clusterNetwork(scope: Construct, name: string): ClusterNetwork {
  const vpc = clusterOf(scope, name).vpcConfig.get(0);
  return { vpcId: vpc.vpcId, securityGroup: vpc.clusterSecurityGroupId };
}

/** The URL of what issues tokens to a cluster's pods. */
export function clusterIssuer(scope: Construct, name: string): string {
  return clusterOf(scope, name).identity.get(0).oidc.get(0).issuer;
}

/** A stack asks for its cluster once. */
function clusterOf(scope: Construct, name: string): DataAwsEksCluster {
  const asked = scope.node.tryFindChild("cluster");
  return asked instanceof DataAwsEksCluster ? asked : new DataAwsEksCluster(scope, "cluster", { name });
}

/** The private subnet of a network that is made, in a zone. */
export function privateSubnet(scope: Construct, cluster: string, zone: string): string {
  const { vpcId } = clusterNetwork(scope, cluster);
  return new DataAwsSubnet(scope, `private-${zone}`, { vpcId, tags: { Name: privateSubnetName(cluster, zone) } }).id;
}

/** The id of a file system of homes. */
export function fileSystemId(scope: Construct, { id, name, existing }: EfsHome): string {
  if (existing !== null) return existing;
  return new DataAwsEfsFileSystem(scope, `${id}-file-system`, { creationToken: name }).fileSystemId;
}

type EfsHome = Extract<ResolvedHome, { kind: "efs" }>;

/** The id of a disk that is kept. */
export function diskId(scope: Construct, id: string, { name, existing }: KeptDisk): string {
  if (existing !== null) return existing;
  return new DataAwsEbsVolume(scope, `${id}-disk`, {
    filter: [
      { name: "tag:Name", values: [name] },
      { name: "status", values: ["available", "in-use"] },
    ],
  }).volumeId;
}

/** The id of a public hosted zone of the account. */
export function hostedZone(scope: Construct, zone: string): string {
  return new DataAwsRoute53Zone(scope, "zone", { name: zone, privateZone: false }).zoneId;
}

/** A subnet that exists, as the config has it. */
export interface ExistingSubnet {
  readonly vpc: string;
  readonly zone: string;
  readonly id: string;
  /** The config's key that names it. */
  readonly key: string;
}

/** The id of a subnet that exists; the plan fails where it is of another network or zone than the config says. */
export function subnetId(scope: Construct, { vpc, zone, id, key }: ExistingSubnet): string {
  const where = `mend cluster.network.existing.${key}`;
  const postcondition = [
    {
      condition: `\${self.vpc_id == "${vpc}"}`,
      errorMessage: `${id} is in another network than ${vpc}: ${where}, or \`vpc\` beside it.`,
    },
    {
      condition: `\${self.availability_zone == "${zone}"}`,
      errorMessage: `${id} is in another zone than ${zone}: ${where}.`,
    },
  ];
  return new DataAwsSubnet(scope, `${key}-${zone}`, { id, lifecycle: { postcondition } }).id;
}
