import type { ResolvedPool } from "../config/resolve/pools";

/** Sends pods to a pool's nodes; anywhere where there is no such pool. */
export function placeOf(pool: ResolvedPool | undefined) {
  return pool ? { nodeSelector: pool.select, tolerations: pool.tolerations } : {};
}

/** The pool for what the site itself runs; undefined where it has none of its own. */
export function corePool(pools: readonly ResolvedPool[]): ResolvedPool | undefined {
  return pools.find((pool) => pool.for === "core");
}
