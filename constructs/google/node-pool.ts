import { ContainerNodePool, type ContainerNodePoolNodeConfig } from "@cdktf/provider-google/lib/container-node-pool";
import { Construct } from "constructs";
import type { GkeNodePool, ResolvedGooglePool, ResolvedGpus } from "../../config/resolve/google-pool";
import type { Taint } from "../../config/resolve/pools";

export interface NodePoolProps {
  readonly region: string;
  /** The cluster's name, as a reference. */
  readonly cluster: string;
  /** The whole version of nodes; null: what the cluster's channel gives them. */
  readonly version: string | null;
  readonly pool: ResolvedGooglePool;
  /** The account of machines. */
  readonly account: string;
  /** Labels of machines and disks: what the engine's provider labels is only the pools. */
  readonly labels: Readonly<Record<string, string>>;
}

const GI = 2 ** 30;

/** What keeps new pods off a pool that is to go. */
const retiring: Taint = { key: "isthmus/retiring", value: "true", effect: "NoSchedule" };

const gkeEffects = {
  NoSchedule: "NO_SCHEDULE",
  NoExecute: "NO_EXECUTE",
  PreferNoSchedule: "PREFER_NO_SCHEDULE",
} as const;

/** A pool: a node pool for each of its machine types, and where spot may have no room a second one at the full price. */
export class NodePool extends Construct {
  constructor(scope: Construct, id: string, props: NodePoolProps) {
    super(scope, id);
    for (const nodes of props.pool.nodePools) this.nodePool(nodes, props);
  }

  private nodePool(nodes: GkeNodePool, props: NodePoolProps): void {
    const { region, cluster, version, pool } = props;
    new ContainerNodePool(this, nodes.name, {
      name: nodes.name,
      location: region,
      cluster,
      nodeLocations: [...pool.zones],
      // In each zone; the autoscaler makes up what is missing to the least.
      initialNodeCount: Math.floor(nodes.minNodes / pool.zones.length),
      autoscaling: {
        totalMinNodeCount: nodes.minNodes,
        totalMaxNodeCount: pool.maxNodes,
        locationPolicy: "ANY", // in whichever zone has machines
      },
      ...(version === null ? {} : { version }),
      management: { autoRepair: true, autoUpgrade: version === null },
      upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
      maxPodsPerNode: pool.pods,
      networkConfig: { enablePrivateNodes: true },
      nodeConfig: nodeConfig(nodes, props),
      // How many there are is the autoscaler's.
      lifecycle: { ignoreChanges: ["initial_node_count", "node_count"] },
    });
  }
}

function nodeConfig(nodes: GkeNodePool, { pool, account, labels }: NodePoolProps): ContainerNodePoolNodeConfig {
  const taints = pool.retiring ? [...pool.taints, retiring] : pool.taints;
  const { accelerator } = pool;
  return {
    machineType: nodes.machine,
    spot: nodes.spot,
    diskType: nodes.hyperdisk ? "hyperdisk-balanced" : "pd-balanced",
    diskSizeGb: pool.diskBytes / GI,
    imageType: "COS_CONTAINERD",
    serviceAccount: account,
    oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"], // what it may do is its account's
    labels: { ...pool.labels },
    taint: taints.map(({ key, value, effect }) => ({ key, value, effect: gkeEffects[effect] })),
    resourceLabels: { ...labels, pool: pool.id, purpose: pool.for },
    metadata: { "disable-legacy-endpoints": "true" },
    workloadMetadataConfig: { mode: "GKE_METADATA" },
    // Drivers of GPUs are not signed by who signs what boots.
    shieldedInstanceConfig: { enableSecureBoot: accelerator === null, enableIntegrityMonitoring: true },
    gcfsConfig: { enabled: pool.imageStreaming },
    // The process that asks for too much goes, not the whole notebook or worker.
    ...(pool.for === "core" ? {} : { kubeletConfig: { singleProcessOomKill: true } }),
    ...(accelerator === null ? {} : { guestAccelerator: [gpusOf(accelerator)] }),
  };
}

function gpusOf({ type, count, shares, driver }: ResolvedGpus) {
  return {
    type,
    count,
    gpuDriverInstallationConfig: { gpuDriverVersion: driver },
    ...(shares === 1
      ? {}
      : { gpuSharingConfig: { gpuSharingStrategy: "TIME_SHARING", maxSharedClientsPerGpu: shares } }),
  };
}
