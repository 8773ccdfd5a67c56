import type { ResolvedHub } from "../resolve/hub";
import type { Rule, RuleFinding } from "./rule";
import { allHubs } from "./walk";

type Dask = NonNullable<ResolvedHub["dask"]>;

export const daskLimits: Rule = {
  id: "dask-limits",
  reason: "A worker that its cluster's cap cannot hold never starts, and a cap above the next wider one caps nothing.",
  check: (federation) =>
    allHubs(federation).flatMap(({ site, hub }) =>
      (hub.dask ? tooWide(hub.dask.worker, hub.dask.limits) : []).map(({ path, ...finding }) => ({
        ...finding,
        site: site.id,
        path: ["hubs", hub.id, "dask", ...path],
      })),
    ),
};

/** Where workers fill nodes, those that a cluster's cap cannot hold are not offered; `dask-sizes` wants one that is left. */
function tooWide(worker: Dask["worker"], { cluster, user, hub }: Dask["limits"]): RuleFinding[] {
  return [
    ...(worker
      ? [
          ...above("worker.cores", worker.cores, "limits.cluster.cores", cluster.cores, cores),
          ...above("worker.memory", worker.memoryBytes, "limits.cluster.memory", cluster.memoryBytes, memory),
        ]
      : []),
    ...above("limits.cluster.cores", cluster.cores, "limits.user.cores", user.cores, cores),
    ...above("limits.user.cores", user.cores, "limits.hub.cores", hub.cores, cores),
  ];
}

function above(path: string, value: number, cap: string, most: number, unit: (n: number) => string): RuleFinding[] {
  if (value <= most) return [];
  const message = `more than ${cap} allows`;
  const fix = `lower it, or raise ${cap}`;
  return [{ path: path.split("."), message, got: unit(value), allowed: `at most ${unit(most)}`, fix }];
}

function cores(n: number): string {
  return `${n} cores`;
}

function memory(bytes: number): string {
  const gi = bytes / 2 ** 30;
  return gi >= 1 ? `${Math.round(gi * 100) / 100}Gi` : `${Math.round(bytes / 2 ** 20)}Mi`;
}
