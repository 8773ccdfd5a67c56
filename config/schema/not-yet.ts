import type { Finding } from "../faults";
import { lookUp } from "../merge";
import type { Tree } from "../yaml";

const providersToCome = ["aws", "google", "kubernetes"];
const schedulersToCome = ["slurm", "pbs"];
const statesToCome = ["s3", "gcs"];

function word(tree: Tree, ...path: string[]): string | undefined {
  const { node } = lookUp(tree, path);
  return node?.kind === "scalar" ? node.text : undefined;
}

/** What the design has and this version does not: one clear fault instead of one for every key of an unknown shape. */
export function siteNotYet(tree: Tree): Finding | undefined {
  const provider = word(tree, "provider");
  if (provider !== undefined && providersToCome.includes(provider))
    return {
      path: ["provider"],
      message: "this version has no such provider yet",
      allowed: "hpc, store",
      fix: "leave this file out of the federation's `sites` until then",
    };
  if (provider !== "hpc") return undefined;
  const scheduler = word(tree, "scheduler", "kind");
  if (scheduler !== undefined && schedulersToCome.includes(scheduler))
    return {
      path: ["scheduler", "kind"],
      message: "this version delivers to no batch system yet",
      allowed: "local",
      fix: "write scheduler: {kind: local} to run notebooks and workers on this machine",
    };
  const login = lookUp(tree, ["login"]).node;
  if (login?.kind === "map" && login.entries.has("kind"))
    return {
      path: ["login"],
      message: "this version delivers to no other machine yet",
      got: `kind: ${word(tree, "login", "kind") ?? "..."}`,
      allowed: "here",
      fix: "write login: here and deploy from that machine",
    };
  return undefined;
}

/** The same for the federation file; what is refused is left out of the tree, so that the rest can be checked. */
export function federationNotYet(tree: Tree): { tree: Tree; refused: Finding | undefined } {
  const kind = word(tree, "state", "kind");
  if (tree.kind !== "map" || kind === undefined || !statesToCome.includes(kind)) return { tree, refused: undefined };
  const message = "this version keeps state in local files only";
  const fix = "leave `state` out; state/<federation>/ beside this file is used";
  const entries = new Map([...tree.entries].filter(([key]) => key !== "state"));
  return { tree: { ...tree, entries }, refused: { path: ["state", "kind"], message, allowed: "local", fix } };
}

/** Keys that the design has for later providers: told apart from slips. */
export const keysToCome: readonly string[] = [
  "budget",
  "cluster",
  "dns",
  "domain",
  "homes",
  "monitoring",
  "network",
  "protect",
  "state",
  "tags",
  "tls",
];
