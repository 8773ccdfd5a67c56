import type { z } from "zod";
import { allocatableOf, eksAllocatable, type NodeSize } from "../machines/allocatable";
import { mostAddressedPods } from "../machines/aws";
import type { existingPool } from "../schema/cluster";
import { bytesOf } from "../schema/fields";

/** A taint that a pod puts up with. */
export interface Toleration {
  readonly key: string;
  readonly operator: "Equal" | "Exists";
  readonly value?: string;
  readonly effect: "NoSchedule" | "NoExecute" | "PreferNoSchedule";
}

/**
 * A node pool as pods and autoscalers see it, whoever makes the machines.
 */
export interface ResolvedPool {
  readonly id: string;
  readonly for: "core" | "user" | "dask";
  /** Labels that send a pod to these nodes and to no others. */
  readonly select: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  /** What pods may have on one node. */
  readonly allocatable: NodeSize;
  /** `nvidia.com/gpu` of one node. */
  readonly gpus: number;
  readonly spot: boolean;
  readonly minNodes: number;
  readonly maxNodes: number;
  /** Pods that one node takes. */
  readonly pods: number;
  /** Disks that one node takes at a time. */
  readonly volumes: number;
}

/** Disks that a node takes on Google Cloud and Azure (https://kubernetes.io/docs/concepts/storage/storage-limits/). */
const leastVolumes = 16;

type PoolConfig = z.infer<typeof existingPool>;

/** Keys of the taints that keep other pods away, in the two spellings that clouds allow. */
const dedicated = {
  core: [],
  user: ["hub.jupyter.org/dedicated", "hub.jupyter.org_dedicated"],
  dask: ["k8s.dask.org/dedicated", "k8s.dask.org_dedicated"],
} as const;

const dedicatedValue = { core: "core", user: "user", dask: "worker" } as const;

/** A taint of nodes. */
export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: "NoSchedule" | "NoExecute" | "PreferNoSchedule";
}

/** Taints of nodes that are made for a purpose: what has not the tolerations below stays away. */
export function dedicatedTaints(purpose: ResolvedPool["for"], gpus: number): Taint[] {
  const own = dedicated[purpose].map((key): Taint => ({ key, value: dedicatedValue[purpose], effect: "NoSchedule" }));
  return gpus > 0 ? [...own, { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }] : own;
}

/** Tolerations of the pods that a pool is for. */
export function dedicatedTolerations(purpose: ResolvedPool["for"], gpus: number): Toleration[] {
  const own = dedicated[purpose].map((key): Toleration => {
    return { key, operator: "Equal", value: dedicatedValue[purpose], effect: "NoSchedule" };
  });
  return gpus > 0 ? [...own, { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }] : own;
}

/** A pool of a cluster that exists. */
export function resolveExistingPool(id: string, pool: PoolConfig): ResolvedPool {
  const gpus = pool.gpus ?? 0;
  const pods = pool.pods ?? 110;
  return {
    id,
    for: pool.for,
    select: pool.select,
    tolerations: pool.tolerate?.map(tolerationOf) ?? dedicatedTolerations(pool.for, gpus),
    allocatable: pool.allocatable
      ? { cores: pool.allocatable.cores, memoryBytes: bytesOf(pool.allocatable.memory) }
      : computed(pool, pods),
    gpus,
    spot: pool.spot ?? false,
    minNodes: pool.minNodes ?? 0,
    maxNodes: pool.maxNodes,
    pods,
    volumes: pool.volumes ?? leastVolumes,
  };
}

/** On EKS the kubelet keeps memory for as many pods as the machine has addresses for, also where fewer are allowed. */
function computed({ vcpu, memory, reserve }: PoolConfig, pods: number): NodeSize {
  const bytes = bytesOf(memory);
  if (reserve !== "eks") return allocatableOf(vcpu, bytes);
  return eksAllocatable(vcpu, bytes, Math.max(pods, mostAddressedPods(vcpu, bytes)));
}

function tolerationOf({ key, value, effect }: NonNullable<PoolConfig["tolerate"]>[number]): Toleration {
  const at = { key, effect: effect ?? "NoSchedule" } as const;
  return value === undefined ? { ...at, operator: "Exists" } : { ...at, operator: "Equal", value };
}
