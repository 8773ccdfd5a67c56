import { homeFileSystemName, nodeGroupName } from "../aws-names";
import { eksAllocatable, eksReserved, mostUnseen, type NodeSize } from "../machines/allocatable";
import { awsMachine, awsMaxPods } from "../machines/aws";
import { defaultEksVersion } from "../machines/eks-versions";
import { generationOf } from "../machines/generation";
import { clusterName, homeVolumeName } from "../names";
import { bytesOf } from "../schema/fields";
import type { AwsSiteConfig } from "../schema/site";
import type { ResolvedHome } from "./cluster-site";
import { resolveImageCache } from "./image-cache";
import { keptHome } from "./kept-home";
import { isAlike, mostPods, nodeLabels, poolSelector, zonesOf } from "./made-pool";
import { dedicatedTaints, dedicatedTolerations, type ResolvedPool, type Taint } from "./pools";

type ClusterConfig = NonNullable<AwsSiteConfig["cluster"]>;
type PoolConfig = ClusterConfig["pools"][string];
type HomeConfig = NonNullable<AwsSiteConfig["homes"]>[string];

/** Disks of pods that any machine takes whose facts are not known. */
const leastVolumes = 16;

/** A pool of nodes that is made: a managed node group, and a second one at the full price where spot may have no room. */
export interface ResolvedAwsPool extends ResolvedPool {
  /** Name of the node group: another one when a change makes new nodes. */
  readonly nodeGroup: string;
  /** Name of the group at the full price beside it; null: none. */
  readonly onDemandGroup: string | null;
  readonly machines: readonly string[];
  readonly architecture: "amd64" | "arm64";
  /** Cores and memory that the kubelet keeps for itself and the system. */
  readonly reserved: NodeSize;
  readonly zones: readonly string[];
  readonly diskBytes: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Machines that neither the tables nor the config say enough of, which a rule refuses; so are those that are not of one size. */
  readonly unknown: readonly string[];
  readonly unequal: readonly string[];
  /** Takes no new pods, and goes from the config once it is empty. */
  readonly retiring: boolean;
}

type Endpoint = NonNullable<NonNullable<ClusterConfig["network"]>["endpoints"]>[number];

/** What a network without a way to the internet needs to have nodes at all, and pods that are somebody. */
function neededEndpoints(podIdentity: "agent" | "irsa"): Endpoint[] {
  const nodes = ["ecr.api", "ecr.dkr", "sts", "ec2", "logs", "elasticloadbalancing", "autoscaling", "eks"] as const;
  return podIdentity === "agent" ? [...nodes, "eks-auth"] : [...nodes];
}

/** A cluster that is made. */
export function resolveAwsCluster(federation: string, site: AwsSiteConfig, cluster: ClusterConfig) {
  const zones = site.zones ?? [];
  const { network, api, podIdentity = { kind: "agent" } } = cluster;
  const nat = network?.nat ?? "one";
  const pool =
    (retiring: boolean) =>
    ([id, config]: [string, PoolConfig]) =>
      resolvePool(id, config, zones, retiring);
  return {
    name: clusterName(federation, site.site),
    kubernetes: cluster.kubernetes ?? defaultEksVersion,
    pools: Object.entries(cluster.pools).map(pool(false)),
    retiring: Object.entries(cluster.retiring ?? {}).map(pool(true)),
    network: network?.existing
      ? ({ kind: "existing", ...network.existing } as const)
      : ({
          kind: "made",
          cidr: network?.cidr ?? "10.0.0.0/16",
          nat,
          endpoints: network?.endpoints ?? (nat === "none" ? neededEndpoints(podIdentity.kind) : []),
        } as const),
    /** Keys of `network` that only one that is made can have, as written: a rule refuses them on others. */
    madeOnly: (["cidr", "nat", "endpoints"] as const).filter((key) => network?.[key] !== undefined),
    api: api ?? ({ kind: "iam" } as const),
    admins: cluster.admins ?? [],
    /** Null: none are written. */
    logDays: cluster.logDays === "none" ? null : (cluster.logDays ?? 30),
    podIdentity:
      podIdentity.kind === "agent"
        ? podIdentity
        : { kind: podIdentity.kind, stsNetworks: podIdentity.stsNetworks ?? [] },
    /** Null: not known yet. */
    tokenIssuer: cluster.tokenIssuer ?? null,
    imageCache: resolveImageCache(federation, site),
  };
}

export type ResolvedAwsCluster = ReturnType<typeof resolveAwsCluster>;

function resolvePool(id: string, pool: PoolConfig, zones: readonly string[], retiring: boolean): ResolvedAwsPool {
  const machines = pool.machines.map((type) => machineOf(type, pool));
  const gpus = Math.min(...machines.map((machine) => machine.gpus));
  const spot = pool.spot ?? pool.for === "dask";
  const inZones = zonesOf(pool, gpus, zones);
  const diskBytes = bytesOf(pool.disk ?? "80Gi");
  const taints = dedicatedTaints(pool.for, gpus);
  const generation = generationOf({ for: pool.for, machines: pool.machines, spot, zones: inZones, diskBytes });
  const pods = Math.min(...machines.map((machine) => machine.pods));
  const sizes = machines.map(({ vcpu, memoryBytes, unseen }) => eksAllocatable(vcpu, memoryBytes, pods, unseen));
  const smallest = machines.reduce((a, b) => (b.memoryBytes < a.memoryBytes ? b : a));
  return {
    id,
    for: pool.for,
    select: poolSelector(id),
    tolerations: dedicatedTolerations(pool.for, gpus),
    allocatable: {
      cores: Math.min(...sizes.map((size) => size.cores)),
      memoryBytes: Math.min(...sizes.map((size) => size.memoryBytes)),
    },
    gpus,
    spot,
    minNodes: pool.minNodes ?? (pool.for === "core" ? 1 : 0),
    maxNodes: pool.maxNodes,
    pods,
    volumes: Math.min(...machines.map((machine) => machine.volumes)),
    nodeGroup: nodeGroupName(id, generation),
    onDemandGroup: spot && pool.onDemand !== "none" ? nodeGroupName(`${id}-full`, generation) : null,
    machines: pool.machines,
    architecture: smallest.architecture,
    reserved: eksReserved(smallest.vcpu, pods),
    zones: inZones,
    diskBytes,
    labels: nodeLabels(id, pool),
    taints,
    unknown: pool.machines.filter((type) => !awsMachine(type) && (!pool.vcpu || !pool.memory)),
    unequal: unequalOf(pool.machines, machines),
    retiring,
  };
}

/** Types that are of another size than the first. */
function unequalOf(types: readonly string[], machines: readonly ReturnType<typeof machineOf>[]): string[] {
  const first = machines[0];
  return types.filter((_, i) => {
    const machine = machines[i];
    return first && machine && !isAlike(first, machine);
  });
}

/** What the config says of a machine goes before the tables; a rule refuses one of which neither says enough. */
function machineOf(type: string, { vcpu, memory, gpus }: PoolConfig) {
  const known = awsMachine(type);
  return {
    vcpu: vcpu ?? known?.vcpu ?? 4,
    memoryBytes: memory === undefined ? (known?.memoryBytes ?? 16 * 2 ** 30) : bytesOf(memory),
    gpus: gpus ?? known?.gpus ?? 0,
    architecture: known?.architecture ?? ("amd64" as const),
    pods: known ? Math.min(mostPods, awsMaxPods(known, { prefixDelegation: true })) : mostPods,
    volumes: known?.volumes ?? leastVolumes,
    unseen: known?.unseen ?? mostUnseen,
  };
}

/** A home file system: the disk, or the file system of AWS, is kept by a stack of its own, the server of it runs in the cluster. */
export function resolveAwsHome(federation: string, site: AwsSiteConfig, id: string, home: HomeConfig): ResolvedHome {
  if (home.kind === "export") return { id, kind: home.kind, server: home.server, path: home.path };
  if (home.kind === "efs")
    return {
      id,
      kind: home.kind,
      name: homeFileSystemName(federation, site.site, id),
      existing: home.existing ?? null,
      coldAfterDays: home.coldAfterDays ?? null,
      backups: home.backups !== "none",
      madeOnly: (["coldAfterDays", "backups"] as const).filter((key) => home[key] !== undefined),
    };
  return keptHome(id, home, { name: homeVolumeName(federation, site.site, id), zones: site.zones });
}
