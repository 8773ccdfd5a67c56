import type { Manifest } from "./api";

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** A node pool as the scheduler sees it; the sizes are what pods may have (allocatable), as Kubernetes quantities. */
export interface Pool {
  readonly name: string;
  /** How many nodes; default 1. */
  readonly nodes?: number;
  readonly cpu: string;
  readonly memory: string;
  /** `nvidia.com/gpu` a node; default none. */
  readonly gpus?: number;
  /** Pods a node; default 110, as Kubernetes has it. */
  readonly pods?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly zone?: string;
}

/** The nodes of the pools, as objects with their status. */
export function nodesOf(pools: readonly Pool[]): readonly Manifest[] {
  return pools.flatMap((pool) =>
    Array.from({ length: pool.nodes ?? 1 }, (_, index) => node(pool, `${pool.name}-${index}`)),
  );
}

function node(pool: Pool, name: string): Manifest {
  const size = {
    cpu: pool.cpu,
    memory: pool.memory,
    pods: String(pool.pods ?? 110),
    ...(pool.gpus ? { "nvidia.com/gpu": String(pool.gpus) } : {}),
  };
  const labels = {
    "kubernetes.io/hostname": name,
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": "amd64",
    ...(pool.zone ? { "topology.kubernetes.io/zone": pool.zone } : {}),
    ...pool.labels,
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels },
    spec: { taints: pool.taints ?? [] },
    status: { allocatable: size, capacity: size },
  };
}
