import type { Finding } from "../faults";
import { lookUp } from "../merge";
import type { Tree } from "../yaml";

const schedulersToCome = ["pbs"];

function word(tree: Tree, ...path: string[]): string | undefined {
  const { node } = lookUp(tree, path);
  return node?.kind === "scalar" ? node.text : undefined;
}

/** What the design has and this version does not: one clear fault instead of one for every key of an unknown shape. */
export function siteNotYet(tree: Tree): Finding | undefined {
  const provider = word(tree, "provider");
  if (provider !== "hpc") return undefined;
  const scheduler = word(tree, "scheduler", "kind");
  if (scheduler !== undefined && schedulersToCome.includes(scheduler))
    return {
      path: ["scheduler", "kind"],
      message: "this version submits no jobs to this batch system yet",
      allowed: "local, slurm",
      fix: "write scheduler: {kind: local} to run notebooks and workers on the site's machine",
    };
  return undefined;
}

/** Keys that the design has for later providers: told apart from slips. */
export const keysToCome: readonly string[] = ["budget", "protect", "tags"];
