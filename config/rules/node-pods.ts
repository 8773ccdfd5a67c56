import type { ResolvedClusterHub } from "../resolve/cluster-hub";
import type { ResolvedClusterSite } from "../resolve/cluster-site";
import type { ResolvedPool } from "../resolve/pools";
import { counted } from "./quantities";
import type { Rule, RuleFinding } from "./rule";
import { clusterSites } from "./walk";

/** Of the cluster's own on each node: network, disks, DNS, metrics, the puller of images. */
const ownPods = 10;

/** Ingress, certificates (3), DNS, the user scheduler, and what comes and goes: jobs, what an update runs twice. */
const servicePods = 10;

export const nodePods: Rule = {
  id: "node-pods",
  reason: "A node takes so many pods and no more, however small they are: hubs beyond that never start.",
  check: (federation) =>
    clusterSites(federation).flatMap((site): RuleFinding[] => {
      const pools = platformPools(site);
      const last = pools.at(-1);
      const needed = platformPods(site);
      const room = pools.reduce((sum, pool) => sum + roomIn(pool) * pool.maxNodes, 0);
      if (!last || site.hubs.length === 0 || needed <= room) return [];
      const more = last.maxNodes + Math.ceil((needed - room) / Math.max(1, roomIn(last)));
      const path = ["cluster", "pools", last.id, "maxNodes"];
      const message = `${counted(site.hubs.length, "hub")} and the services are ${needed} pods, and the nodes where they run take ${room}`;
      return [{ site: site.id, path, message, allowed: `at least ${more}`, fix: "raise it" }];
    }),
};

/** Where hubs and services run: the core pools, else those of users. */
export function platformPools({ pools }: ResolvedClusterSite): ResolvedPool[] {
  const core = pools.filter((pool) => pool.for === "core");
  return core.length > 0 ? core : pools.filter((pool) => pool.for === "user" && pool.gpus === 0);
}

function roomIn(pool: ResolvedPool): number {
  return Math.max(0, pool.pods - ownPods);
}

function platformPods(site: ResolvedClusterSite): number {
  const homes = site.homes.filter((home) => home.kind === "nfs").length;
  const services = servicePods + homes + (site.gateway?.replicas.max ?? 0) + (site.monitoring ? 1 : 0);
  return site.hubs.reduce((sum, hub) => sum + hubPods(hub), services);
}

/** The hub and its proxy; the Dask Gateway's API, controller and proxy. */
function hubPods(hub: ResolvedClusterHub): number {
  return hub.dask ? 5 : 2;
}
