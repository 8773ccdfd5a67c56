import type { Finding } from "../faults";
import { lookUp } from "../merge";
import type { Tree } from "../yaml";

const schedulersToCome = ["pbs"];
const statesToCome = ["gcs"];

function word(tree: Tree, ...path: string[]): string | undefined {
  const { node } = lookUp(tree, path);
  return node?.kind === "scalar" ? node.text : undefined;
}

/** What the design has and this version does not: one clear fault instead of one for every key of an unknown shape. */
export function siteNotYet(tree: Tree): Finding | undefined {
  const provider = word(tree, "provider");
  const state = stateNotYet(tree);
  if (state !== undefined) return state;
  if (provider !== "hpc") return undefined;
  const scheduler = word(tree, "scheduler", "kind");
  if (scheduler !== undefined && schedulersToCome.includes(scheduler))
    return {
      path: ["scheduler", "kind"],
      message: "this version submits no jobs to this batch system yet",
      allowed: "local, slurm",
      fix: "write scheduler: {kind: local} to run notebooks and workers on the site's machine",
    };
  const way = word(tree, "login", "kind");
  if (way === "bundle")
    return {
      path: ["login", "kind"],
      message: "this version writes no bundles to carry to a machine by hand yet",
      allowed: "ssh, or login: here",
      fix: "write login: {kind: ssh, ...}, or login: here and deploy from that machine",
    };
  return undefined;
}

/** The same for the federation file; what is refused is left out of the tree, so that the rest can be checked. */
export function federationNotYet(tree: Tree): { tree: Tree; refused: Finding | undefined } {
  const refused = stateNotYet(tree);
  if (tree.kind !== "map" || refused === undefined) return { tree, refused: undefined };
  const entries = new Map([...tree.entries].filter(([key]) => key !== "state"));
  return { tree: { ...tree, entries }, refused };
}

function stateNotYet(tree: Tree): Finding | undefined {
  const kind = word(tree, "state", "kind");
  if (kind === undefined || !statesToCome.includes(kind)) return undefined;
  const message = "this version keeps no state in Google's buckets yet";
  const fix = "write {kind: s3, ...}, or leave `state` out for files beside the federation file";
  return { path: ["state", "kind"], message, allowed: "local, s3", fix };
}

/** Keys that the design has for later providers: told apart from slips. */
export const keysToCome: readonly string[] = ["budget", "protect", "tags"];
