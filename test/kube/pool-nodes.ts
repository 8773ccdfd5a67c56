import type { ResolvedPool } from "../../config/resolve/pools";
import type { Pool, Taint } from "./nodes";

/** Nodes as a site's pools say they are: labels, the first spelling of their taints, and exactly what pods may have. */
export function poolNodes(pools: readonly ResolvedPool[], nodes: Readonly<Record<string, number>> = {}): Pool[] {
  return pools.map((pool) => ({
    name: pool.id,
    nodes: nodes[pool.id] ?? 1,
    cpu: `${Math.floor(pool.allocatable.cores * 1000)}m`,
    memory: String(pool.allocatable.memoryBytes),
    gpus: pool.gpus,
    pods: pool.pods,
    labels: pool.select,
    taints: pool.tolerations.slice(0, 1).map(({ key, value = "", effect }): Taint => ({ key, value, effect })),
  }));
}
