import { join } from "node:path";
import { buildTools, isComplete, kubeCache, placeOf } from "./build";
import { builds } from "./definitions";
import { findGo } from "./go";
import { layerFolder } from "./layer";

/** Name of a program of the test bed. */
export type Tool =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "kwok"
  | "kubeconform"
  | "kube-score"
  | "karpenter"
  | "helm"
  | "kubectl";

/** Path of a program. */
export function tool(name: Tool): string {
  return join(folderOfTool(name), name);
}

/** Folder of a program, with what is kept of its module. */
export function folderOfTool(name: Tool): string {
  const build = builds.find(({ programs }) => name in programs);
  return build ? placeOf(build) : layerFolder(kubeCache);
}

/** Why the test bed cannot run here; nothing where its programs are there or can be built. */
export function missingTools(): string | undefined {
  if (process.platform !== "linux") return "the test bed runs on Linux only";
  if (isComplete()) return undefined;
  const found = findGo();
  return "missing" in found ? `the test bed's programs are not built, and ${found.missing}` : undefined;
}

/** Waits until every program is there, building what is not. */
export async function toolsReady(): Promise<void> {
  await buildTools((line) => console.log(`kube: ${line}`));
}
