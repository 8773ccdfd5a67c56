import { DataAwsEbsVolume } from "@cdktf/provider-aws/lib/data-aws-ebs-volume";
import { DataAwsEksCluster } from "@cdktf/provider-aws/lib/data-aws-eks-cluster";
import { DataAwsRoute53Zone } from "@cdktf/provider-aws/lib/data-aws-route53-zone";
import type { Construct } from "constructs";
import type { KeptDisk } from "../../config/resolve/cluster-site";

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
  const cluster = new DataAwsEksCluster(scope, "cluster", { name });
  return { name: cluster.name, endpoint: cluster.endpoint, authority: cluster.certificateAuthority.get(0).data };
}

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
