import { FilestoreInstance } from "@cdktf/provider-google/lib/filestore-instance";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { filestoreShare } from "../../config/google-names";
import type { ResolvedHome } from "../../config/resolve/cluster-site";
import type { ResolvedGoogleCluster } from "../../config/resolve/google-cluster";
import { networkRanges } from "./ranges";

export type FilestoreHome = Extract<ResolvedHome, { kind: "filestore" }>;

export interface HomeFilestoreProps {
  readonly home: FilestoreHome;
  readonly cluster: Pick<ResolvedGoogleCluster, "name" | "network">;
  readonly dependsOn: ITerraformDependable[];
}

const GI = 2 ** 30;

const tiers = { basic: "BASIC_HDD", zonal: "ZONAL", regional: "REGIONAL" } as const;

/**
 * A file system of homes in the cluster's network, which only nodes mount. They make homes as root, so root is nobody else there; what is
 * root's is given to users as it is mounted (`charts/jupyterhub/pod/own.sh`).
 */
export class HomeFilestore extends Construct {
  readonly resource: FilestoreInstance;

  constructor(scope: Construct, id: string, { home, cluster, dependsOn }: HomeFilestoreProps) {
    super(scope, id);
    const nodes = home.nodes ?? nodesOf(cluster);
    this.resource = new FilestoreInstance(this, "instance", {
      name: home.name,
      location: home.location,
      tier: tiers[home.tier],
      ...(home.nfs === "4.1" ? { protocol: "NFS_V4_1" } : {}),
      fileShares: {
        name: filestoreShare,
        capacityGb: home.sizeBytes / GI,
        ...(nodes
          ? { nfsExportOptions: [{ ipRanges: [...nodes], accessMode: "READ_WRITE", squashMode: "NO_ROOT_SQUASH" }] }
          : {}),
      },
      networks: [{ modes: ["MODE_IPV4"], ...connectionOf(cluster) }],
      // For who deploys without `isthmus`, whose guard asks before.
      ...(home.protect === null ? {} : { deletionProtectionEnabled: home.protect }),
      labels: { purpose: "homes" },
      dependsOn,
    });
  }
}

/** Of a network that is made, which addresses are nodes'; null: not known. */
function nodesOf({ network }: HomeFilestoreProps["cluster"]): readonly string[] | null {
  return network.kind === "made" ? [networkRanges(network.cidr).nodes] : null;
}

/**
 * A network that is made is joined to Google's by Filestore itself. One of others is left as it is: they joined it to Google's services
 * before (private services access), the only way that there is for one of another project.
 */
function connectionOf({ name, network }: HomeFilestoreProps["cluster"]) {
  return network.kind === "made"
    ? { network: name, connectMode: "DIRECT_PEERING" }
    : { network: network.network, connectMode: "PRIVATE_SERVICE_ACCESS" };
}
