import { perNode } from "../machines/shares";
import type { ResolvedClusterDask } from "../resolve/cluster-hub";
import type { ResolvedPool } from "../resolve/pools";
import { workerSizes } from "../resolve/sizes";
import { memoryText } from "./quantities";
import type { Rule, RuleFinding } from "./rule";
import { clusterHubs, clusterSites } from "./walk";

const anything = { cores: Number.POSITIVE_INFINITY, memoryBytes: Number.POSITIVE_INFINITY };

/** The smallest worker that fills a pool's nodes; undefined where a node is too small for one. */
function smallest(pool: ResolvedPool) {
  return workerSizes([pool], anything)[0];
}

export const daskSizes: Rule = {
  id: "dask-sizes",
  reason:
    "Worker sizes are parts of a dask pool's nodes: each pool gives one that a cluster may have, and a place to its scheduler.",
  check: (federation) => [
    ...clusterSites(federation).flatMap((site) =>
      site.pools.flatMap((pool): RuleFinding[] => {
        if (pool.for !== "dask" || smallest(pool)) return [];
        const path = ["cluster", "pools", pool.id];
        return [{ site: site.id, path, message: "its nodes are too small for a Dask worker", fix: "use larger nodes" }];
      }),
    ),
    ...clusterHubs(federation).flatMap(({ site, hub }) =>
      hub.dask
        ? [...unusable(hub.dask, site.pools), ...scheduler(hub.dask, site.pools)].map(({ path, ...finding }) => ({
            ...{ site: site.id, path: ["hubs", hub.id, "dask", ...path] },
            ...finding,
          }))
        : [],
    ),
  ],
};

/** Pools of which no worker fits the cap of a cluster. */
function unusable(dask: ResolvedClusterDask, pools: readonly ResolvedPool[]): RuleFinding[] {
  return pools.flatMap((pool) => {
    const least = pool.for === "dask" ? smallest(pool) : undefined;
    if (!least || dask.sizes.some((size) => size.pool === pool.id)) return [];
    const allowed = `at least ${least.threads} cores and ${memoryText(least.memoryBytes)}, the smallest worker of ${pool.id}`;
    const message = `no worker of pool ${pool.id} fits into one cluster's cap`;
    const { cores, memoryBytes } = dask.limits.cluster;
    const got = `${cores} cores, ${memoryText(memoryBytes)}`;
    return [{ path: ["limits", "cluster"], message, got, allowed, fix: "raise it, or remove the pool" }];
  });
}

/** A scheduler that a node of its pool does not hold: schedulers run on the smallest user pool without GPUs. */
function scheduler(dask: ResolvedClusterDask, pools: readonly ResolvedPool[]): RuleFinding[] {
  const [pool] = pools
    .filter(({ for: purpose }) => purpose === "user")
    .sort((a, b) => a.gpus - b.gpus || a.allocatable.memoryBytes - b.allocatable.memoryBytes);
  if (!pool || perNode(pool.allocatable, dask.scheduler) >= 1) return [];
  const got = `${dask.scheduler.cores} cores, ${memoryText(dask.scheduler.memoryBytes)}`;
  const message = `no node of pool ${pool.id}, where schedulers run, holds a scheduler of this size`;
  return [{ path: ["scheduler"], message, got, fix: "lower it" }];
}
