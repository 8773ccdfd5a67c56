import { awsTypeHint } from "../machines/aws";
import type { ResolvedAwsPool } from "../resolve/aws-cluster";
import { listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { awsClusters } from "./walk";

export const machineTypes: Rule = {
  id: "machine-types",
  reason: "What fits a node is known by its machine: one that is unknown must say it, and those of a pool are equal.",
  check: (federation) =>
    awsClusters(federation).flatMap(({ id: site, cluster }) =>
      [
        ...cluster.pools.map((pool) => ({ pool, under: "pools" })),
        ...cluster.retiring.map((pool) => ({ pool, under: "retiring" })),
      ].flatMap(({ pool, under }): RuleFinding[] => {
        const path = ["cluster", under, pool.id, "machines"];
        if (pool.unknown.length > 0) return [{ site, path, ...unknown(pool) }];
        return pool.unequal.length > 0 ? [{ site, path, ...unequal(pool) }] : [];
      }),
    ),
};

function unknown({ unknown: types }: ResolvedAwsPool) {
  const message = `no facts of ${listed(types)} are known here`;
  return { message, fix: `${awsTypeHint(types[0] ?? "")}; or write vcpu and memory of the pool` };
}

function unequal({ machines, unequal: types }: ResolvedAwsPool) {
  const message = `${listed(types)}: not of the size and architecture of ${machines[0]}`;
  return { message, fix: "make a pool of each size" };
}
