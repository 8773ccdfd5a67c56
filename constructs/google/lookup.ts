import { DataGoogleContainerCluster } from "@cdktf/provider-google/lib/data-google-container-cluster";
import type { Construct } from "constructs";

/*
 * What on Google Cloud cannot be computed from the config and is looked up by a computed name.
 */

/** How a cluster's API is reached. */
export interface ClusterAddress {
  /** An address without a scheme. */
  readonly endpoint: string;
  /** Base64. */
  readonly authority: string;
}

/** A stack asks for its cluster once. */
export function clusterAddress(scope: Construct, name: string, region: string): ClusterAddress {
  const cluster = new DataGoogleContainerCluster(scope, "cluster", { name, location: region });
  return { endpoint: cluster.endpoint, authority: cluster.masterAuth.get(0).clusterCaCertificate };
}
