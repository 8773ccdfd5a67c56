import type { ResolvedHpcSite } from "../resolve/site";
import { foreignDirectives } from "../schema/directives";
import { foreignKeys } from "../schema/job-keys";
import type { Rule, RuleFinding } from "./rule";
import { hpcSites } from "./walk";

export const schedulerKeys: Rule = {
  id: "scheduler-keys",
  reason: "What only one batch system knows would be dropped by the other, and nobody would hear of it.",
  check: (federation) =>
    hpcSites(federation).flatMap((site) =>
      site.hubs.flatMap(({ id, jobKeys, directives }) => [
        ...jobKeys.flatMap((path) => ofKey(site, ["hubs", id, ...path])),
        ...directives.flatMap(({ path, values }) => ofDirectives(site, ["hubs", id, ...path], values)),
      ]),
    ),
};

function named(kind: "slurm" | "pbs") {
  return kind === "slurm" ? { here: "Slurm", there: "PBS" } : { here: "PBS", there: "Slurm" };
}

function ofKey({ id, batch }: ResolvedHpcSite, path: readonly string[]): RuleFinding[] {
  if (!batch) return [];
  const { here, there } = named(batch.kind);
  const key = path.at(-1) ?? "";
  if (batch.kind === "pbs" && key === "type") {
    const message = "in PBS the type of GPUs is a resource that each centre names itself";
    return [{ site: id, path, atKey: true, message, fix: "write it in `resources`: gpu_type=a100" }];
  }
  const fix = foreignKeys[batch.kind][key];
  if (fix === undefined) return [];
  return [{ site: id, path, atKey: true, message: `only ${there} has this, and the scheduler here is ${here}`, fix }];
}

function ofDirectives(
  { id, batch }: ResolvedHpcSite,
  path: readonly string[],
  values: readonly string[],
): RuleFinding[] {
  if (!batch) return [];
  const { here, there } = named(batch.kind);
  const allowed = batch.kind === "slurm" ? "--NAME or --NAME=VALUE" : "-LETTER VALUE: -p 10, -l software=matlab";
  return foreignDirectives(values, batch.kind).map((i) => {
    const message = `this is written for ${there}, and the scheduler here is ${here}`;
    return { site: id, path: [...path, i], message, allowed, fix: "write what says the like, or remove it" };
  });
}
