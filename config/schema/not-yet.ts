import type { Finding } from "../faults";
import { lookUp } from "../merge";
import type { Tree } from "../yaml";

const providersToCome = ["aws", "google", "kubernetes"];
const schedulersToCome = ["slurm", "pbs"];

/** What the design has and this version does not: one clear fault instead of one for every key of an unknown shape. */
export function notYet(tree: Tree): Finding | undefined {
  const word = (...path: string[]) => {
    const { node } = lookUp(tree, path);
    return node?.kind === "scalar" ? node.text : undefined;
  };
  const provider = word("provider");
  if (provider !== undefined && providersToCome.includes(provider))
    return { path: ["provider"], message: "this version has no such provider yet", allowed: "hpc, store" };
  if (provider !== "hpc") return undefined;
  const scheduler = word("scheduler", "kind");
  if (scheduler !== undefined && schedulersToCome.includes(scheduler))
    return { path: ["scheduler", "kind"], message: "this version delivers to no batch system yet", allowed: "local" };
  if (lookUp(tree, ["login", "kind"]).node)
    return {
      path: ["login"],
      message: "this version delivers to no other machine yet",
      got: `kind: ${word("login", "kind")}`,
      allowed: "here",
    };
  return undefined;
}
