import { ContainerCluster } from "@cdktf/provider-google/lib/container-cluster";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import type { ITerraformDependable, TerraformResourceLifecycle } from "cdktf";
import { Construct } from "constructs";
import type { ResolvedGoogleCluster } from "../../config/resolve/google-cluster";
import { addressId } from "../construct-id";
import type { Subnet } from "./network";

export interface ClusterProps {
  readonly project: string;
  readonly region: string;
  readonly zones: readonly string[];
  readonly cluster: ResolvedGoogleCluster;
  readonly subnet: Subnet;
  /** The account of machines. */
  readonly account: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly lifecycle: TerraformResourceLifecycle | undefined;
  readonly dependsOn: ITerraformDependable[];
}

const logComponents = { none: [], system: ["SYSTEM_COMPONENTS"], all: ["SYSTEM_COMPONENTS", "WORKLOADS"] } as const;

/** The control plane, in the whole region: who reaches it and from where, how it changes by itself, and what it tells. */
export class Cluster extends Construct {
  readonly resource: ContainerCluster;

  constructor(scope: Construct, id: string, props: ClusterProps) {
    super(scope, id);
    const { project, region, zones, cluster, subnet, labels, lifecycle, dependsOn } = props;
    this.resource = new ContainerCluster(this, "cluster", {
      name: cluster.name,
      location: region,
      nodeLocations: [...zones],
      resourceLabels: { ...labels },
      // For who deploys without `isthmus`, whose guard asks before.
      deletionProtection: cluster.protect,
      ...this.firstNodes(props),
      ...versions(cluster),
      maintenancePolicy: {
        recurringWindow: {
          startTime: cluster.maintenance.start,
          endTime: cluster.maintenance.end,
          recurrence: cluster.maintenance.recurrence,
        },
      },
      network: subnet.network,
      subnetwork: subnet.subnet,
      networkingMode: "VPC_NATIVE",
      ipAllocationPolicy: { clusterSecondaryRangeName: subnet.pods, servicesSecondaryRangeName: subnet.services },
      datapathProvider: "ADVANCED_DATAPATH", // Dataplane V2: network policies hold
      ...reach(cluster),
      // Pods are somebody by Workload Identity; what the machine may do is not theirs.
      workloadIdentityConfig: { workloadPool: `${project}.svc.id.goog` },
      enableShieldedNodes: true,
      enableLegacyAbac: false,
      masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
      addonsConfig: {
        gcePersistentDiskCsiDriverConfig: { enabled: true },
        dnsCacheConfig: { enabled: true },
        httpLoadBalancing: { disabled: true }, // requests come in by Traefik
      },
      // GKE's own autoscaler works on the node pools alone, and takes nodes away as soon as they are not needed.
      clusterAutoscaling: { enabled: false, autoscalingProfile: "OPTIMIZE_UTILIZATION" },
      costManagementConfig: { enabled: true },
      loggingConfig: { enableComponents: [...logComponents[cluster.logs]] },
      monitoringConfig: {
        enableComponents: ["SYSTEM_COMPONENTS"],
        managedPrometheus: { enabled: false }, // the site has its own
      },
      dependsOn: [...dependsOn],
      lifecycle: { ...lifecycle, ignoreChanges: ["initial_node_count", "node_config"] },
    });
    for (const member of new Set(cluster.admins)) this.admit(project, member);
  }

  /** GKE makes no cluster without nodes: these go at once. */
  private firstNodes({ account, labels }: ClusterProps) {
    return {
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      nodeConfig: {
        serviceAccount: account,
        oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
        machineType: "e2-small",
        resourceLabels: { ...labels },
        shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
      },
    };
  }

  private admit(project: string, member: string): void {
    new ProjectIamMember(this, `admin-${addressId(member)}`, { project, role: "roles/container.admin", member });
  }
}

function versions({ kubernetes, channel }: ResolvedGoogleCluster) {
  return {
    releaseChannel: { channel: channel === "none" ? "UNSPECIFIED" : channel.toUpperCase() },
    ...(kubernetes === null ? {} : { minMasterVersion: kubernetes }),
  };
}

/** Nodes have no address in the internet; the control plane has one unless only the network is to reach it. */
function reach({ api }: ResolvedGoogleCluster) {
  const priv = { enablePrivateNodes: true, enablePrivateEndpoint: api.kind === "private" };
  if (api.kind === "iam") return { privateClusterConfig: priv };
  const cidrBlocks = api.kind === "networks" ? api.from.map((cidrBlock) => ({ cidrBlock })) : [];
  return { privateClusterConfig: priv, masterAuthorizedNetworksConfig: { cidrBlocks } };
}
