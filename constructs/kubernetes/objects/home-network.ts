import { policy, toPrometheus } from "./network-policy";
import type { KubeObject } from "./object";

export interface HomeNetworkProps {
  readonly namespace: string;
  readonly servicesNamespace: string;
  /** Addresses (CIDR) from which nodes reach pods; null: not known. */
  readonly nodes: readonly string[] | null;
}

/** Ports of the chart where Prometheus reads: what homes hold, and the disk. */
const metricsPorts = [7500, 9100];

/**
 * Who may speak to the server of a home file system: nodes, which mount it, and Prometheus. Policies tell nodes from pods by addresses
 * alone, so where those are not known anybody may mount.
 */
export function homeNetwork({ namespace, servicesNamespace, nodes }: HomeNetworkProps): KubeObject[] {
  const mounts = { ...(nodes ? { peers: nodes.map((cidr) => ({ ipBlock: { cidr } })) } : {}), ports: [2049] };
  return [policy(namespace, "default", {}, { in: [mounts, toPrometheus(servicesNamespace, ...metricsPorts)] })];
}
