import { priorityClassName } from "../../../config/names";
import type { KubeObject } from "./object";

/** Priorities of users' pods: what only keeps room for them gives way. Neither pushes out what others run. */
export function priorities(site: string): KubeObject[] {
  return [
    priority(priorityClassName(site, "default"), 0, "Notebooks and Dask's pods"),
    priority(priorityClassName(site, "placeholder"), -10, "Room that is kept for notebooks"),
  ];
}

function priority(name: string, value: number, description: string): KubeObject {
  return { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name }, value, description };
}
