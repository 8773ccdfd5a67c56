import { awsTypeHint } from "../machines/aws";
import { googleTypeHint } from "../machines/google";
import { googleGpus } from "../machines/google-types";
import type { ResolvedAwsPool } from "../resolve/aws-cluster";
import type { ResolvedGooglePool } from "../resolve/google-pool";
import { listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { awsClusters, googleClusters } from "./walk";

export const machineTypes: Rule = {
  id: "machine-types",
  reason: "What fits a node is known by its machine: one that is unknown must say it, and those of a pool are equal.",
  check: (federation) => [
    ...awsClusters(federation).flatMap(({ id, cluster }) => ofPools(id, cluster, awsTypeHint)),
    ...googleClusters(federation).flatMap(({ id, cluster }) => [
      ...ofPools(id, cluster, googleTypeHint),
      ...placed(cluster).flatMap(({ pool, at }) => gpuKeys(id, at, pool)),
    ]),
  ],
};

interface Pools<P> {
  readonly pools: readonly P[];
  readonly retiring: readonly P[];
}

function placed<P extends { readonly id: string }>({ pools, retiring }: Pools<P>) {
  return [
    ...pools.map((pool) => ({ pool, at: ["cluster", "pools", pool.id] })),
    ...retiring.map((pool) => ({ pool, at: ["cluster", "retiring", pool.id] })),
  ];
}

type Typed = Pick<ResolvedAwsPool | ResolvedGooglePool, "id" | "machines" | "unknown" | "unequal">;

function ofPools(site: string, pools: Pools<Typed>, hint: (type: string) => string): RuleFinding[] {
  return placed(pools).flatMap(({ pool, at }): RuleFinding[] => {
    const path = [...at, "machines"];
    if (pool.unknown.length > 0) return [{ site, path, ...unknown(pool, hint) }];
    return pool.unequal.length > 0 ? [{ site, path, ...unequal(pool) }] : [];
  });
}

function gpuKeys(site: string, at: readonly string[], pool: ResolvedGooglePool): RuleFinding[] {
  const { accelerator } = pool;
  if (accelerator && pool.misplaced.length === 0) {
    const counts: readonly number[] = googleGpus[accelerator.type].counts;
    if (counts.length === 0 || counts.includes(accelerator.count)) return [];
    const message = `a machine has no ${accelerator.count} of ${googleGpus[accelerator.type].name}`;
    return [{ site, path: [...at, "gpus"], message, allowed: counts.join(", "), fix: "write one of them" }];
  }
  return pool.misplaced.map((key) => {
    const message =
      key === "gpu"
        ? `GPUs are put into machines of n1 alone, and ${pool.machines[0]} has its own or none`
        : `${pool.machines[0]} has no GPUs of which this could be said`;
    return { site, path: [...at, key], message, fix: "remove it, or name machines of n1 and `gpu`" };
  });
}

function unknown({ unknown: types }: Typed, hint: (type: string) => string) {
  const message = `no facts of ${listed(types)} are known here`;
  return { message, fix: `${hint(types[0] ?? "")}; or write vcpu and memory of the pool` };
}

function unequal({ machines, unequal: types }: Typed) {
  const message = `${listed(types)}: not of the size and architecture of ${machines[0]}`;
  return { message, fix: "make a pool of each size" };
}
