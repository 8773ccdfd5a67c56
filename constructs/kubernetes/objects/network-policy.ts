import type { KubeObject } from "./object";

export type Labels = Readonly<Record<string, string>>;
export type Peer = Readonly<Record<string, unknown>>;

/** What may come in or go out; no peers: everybody; no ports: all. */
export interface Way {
  readonly peers?: readonly Peer[];
  readonly ports?: readonly number[];
}

export interface Ways {
  readonly in: readonly Way[];
  /** Not said: anything may go out. */
  readonly out?: readonly Way[];
}

/** Labels that Prometheus' chart gives to the server. */
const prometheus: Labels = { "app.kubernetes.io/name": "prometheus", "app.kubernetes.io/component": "server" };

export const pods = (labels: Labels): Peer => ({ podSelector: { matchLabels: labels } });

export function namespaceOf(name: string): Peer {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } };
}

/** Ports that the site's Prometheus reads, and no other program of its services. */
export function toPrometheus(servicesNamespace: string, ...ports: readonly number[]): Way {
  return { peers: [{ ...namespaceOf(servicesNamespace), ...pods(prometheus) }], ports };
}

/** A policy for the pods of a namespace that have some labels; none: for all. */
export function policy(namespace: string, name: string, matchLabels: Labels, ways: Ways): KubeObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace },
    spec: {
      podSelector: Object.keys(matchLabels).length > 0 ? { matchLabels } : {},
      policyTypes: ["Ingress", ...(ways.out ? ["Egress"] : [])],
      ingress: ways.in.map((way) => ruleOf("from", way)),
      ...(ways.out ? { egress: ways.out.map((way) => ruleOf("to", way)) } : {}),
    },
  };
}

function ruleOf(end: "from" | "to", { peers, ports }: Way) {
  const protocols = (port: number) => (port === 53 ? ["UDP", "TCP"] : ["TCP"]);
  return {
    ...(peers ? { [end]: peers } : {}),
    ...(ports ? { ports: ports.flatMap((port) => protocols(port).map((protocol) => ({ protocol, port }))) } : {}),
  };
}
