import { DataGoogleContainerCluster } from "@cdktf/provider-google/lib/data-google-container-cluster";
import { DataGoogleFilestoreInstance } from "@cdktf/provider-google/lib/data-google-filestore-instance";
import { Fn } from "cdktf";
import type { Construct } from "constructs";
import type { FilestoreHome } from "./home-filestore";

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

/** Where a file system of homes is mounted from. */
export interface FilestoreShare {
  readonly server: string;
  readonly path: string;
}

export function filestoreShareOf(scope: Construct, { id, name, existing, location }: FilestoreHome): FilestoreShare {
  const instance = new DataGoogleFilestoreInstance(scope, `${id}-filestore`, { name: existing ?? name, location });
  return {
    server: Fn.element(instance.networks.get(0).ipAddresses, 0),
    path: `/${instance.fileShares.get(0).name}`,
  };
}
