import type { ResolvedPool } from "./pools";

/** A pool whose nodes are made, as the config has it on every cloud. */
interface MadePoolConfig {
  readonly for: ResolvedPool["for"];
  readonly zones?: "all" | readonly string[] | undefined;
}

/** Pods that a node takes at most: Kubernetes' own advice, and GKE's default, whatever addresses a machine has. */
export const mostPods = 110;

/** The label by which pods of a pool find its nodes, of whatever generation. */
export function poolSelector(id: string): Readonly<Record<string, string>> {
  return { "isthmus/pool": id };
}

const purposeLabels = {
  core: { "hub.jupyter.org/node-purpose": "core", "k8s.dask.org/node-purpose": "core" },
  user: { "hub.jupyter.org/node-purpose": "user", "k8s.dask.org/node-purpose": "scheduler" },
  dask: { "k8s.dask.org/node-purpose": "worker" },
} as const;

/** Labels of a pool's nodes. */
export function nodeLabels(id: string, pool: MadePoolConfig): Readonly<Record<string, string>> {
  return { ...poolSelector(id), ...purposeLabels[pool.for] };
}

/** The site's first zone unless told otherwise; all where the nodes have GPUs, which one zone may lack. */
export function zonesOf(pool: MadePoolConfig, gpus: number, zones: readonly string[]): readonly string[] {
  if (pool.zones === "all" || (pool.zones === undefined && gpus > 0)) return zones;
  return pool.zones ?? zones.slice(0, 1);
}

/** What makes machines of one size. */
interface MachineSize {
  readonly vcpu: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  /** What its GPUs are. Default one kind for all. */
  readonly gpu?: string | undefined;
  readonly architecture: string;
}

/** Whether two machines are of one size: else the scheduler would fill some nodes and leave room on others. */
export function isAlike(a: MachineSize, b: MachineSize): boolean {
  const near = Math.abs(b.memoryBytes / a.memoryBytes - 1) < 0.1;
  return near && a.vcpu === b.vcpu && a.gpus === b.gpus && a.gpu === b.gpu && a.architecture === b.architecture;
}
