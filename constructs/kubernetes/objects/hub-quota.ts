import type { ResolvedClusterHub } from "../../../config/resolve/cluster-hub";
import type { ResolvedPool } from "../../../config/resolve/pools";
import type { KubeObject } from "./object";
import { keptRoom } from "./placeholders";

/** Cores and pods of the hub's own programs: hub, proxy, Dask Gateway's three, and each once more while they are replaced. */
const programs = { cores: 4, pods: 20 } as const;

/**
 * The last barrier behind what hub and gateway keep themselves: no more than the user pools hold, Dask's cap for the hub, and the
 * placeholders, which count as pods that wait while users fill the pools. Nothing of a hub opens a way in from outside: load balancers cost money and pass the ingress by.
 */
export function resourceQuota(hub: ResolvedClusterHub, pools: readonly ResolvedPool[]): KubeObject {
  const users = totalOf(pools.filter((pool) => pool.for === "user"));
  const workers = workersOf(hub, pools);
  const kept = keptOf(hub);
  return {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "hub", namespace: hub.namespace },
    spec: {
      hard: {
        "requests.cpu": String(Math.ceil(users.cores + workers.cores + kept.cores + programs.cores)),
        pods: String(users.pods + workers.pods + kept.pods + programs.pods),
        "services.loadbalancers": "0",
        "services.nodeports": "0",
      },
    },
  };
}

interface Total {
  readonly cores: number;
  readonly pods: number;
}

function totalOf(pools: readonly ResolvedPool[]): Total {
  return pools.reduce(
    (sum, { maxNodes, allocatable, pods }) => ({
      cores: sum.cores + maxNodes * allocatable.cores,
      pods: sum.pods + maxNodes * pods,
    }),
    { cores: 0, pods: 0 },
  );
}

/** Workers of all clusters: as many as the hub's cap has cores for, on the nodes that there may be. */
function workersOf({ dask }: ResolvedClusterHub, pools: readonly ResolvedPool[]): Total {
  if (!dask) return { cores: 0, pods: 0 };
  const nodes = totalOf(pools.filter((pool) => pool.for === "dask"));
  const cores = Math.min(dask.limits.hub.cores, nodes.cores);
  const smallest = Math.min(...dask.sizes.map((size) => size.cores));
  return { cores, pods: Math.min(nodes.pods, Math.ceil(cores / smallest)) };
}

function keptOf(hub: ResolvedClusterHub): Total {
  if (hub.placeholders === 0) return { cores: 0, pods: 0 };
  return { cores: hub.placeholders * keptRoom(hub).size.cores, pods: hub.placeholders };
}

/** Containers that ask for nothing would be refused by the quota: they are taken to ask for this. */
export function limitRange(namespace: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "hub", namespace },
    spec: { limits: [{ type: "Container", defaultRequest: { cpu: "10m", memory: "64Mi" } }] },
  };
}
