import { describe, expect, test } from "vitest";
import { hubObjects } from "../../../../constructs/kubernetes/objects/hub";
import { hubProps } from "./hub-props";

type Labels = Readonly<Record<string, string>>;

interface Peer {
  readonly namespaceSelector?: { readonly matchLabels: Labels };
  readonly podSelector?: { readonly matchLabels?: Labels; readonly matchExpressions?: readonly object[] };
  readonly ipBlock?: object;
}

interface Policy {
  readonly podSelector: { readonly matchLabels?: Labels };
  readonly ingress: readonly {
    readonly from?: readonly Peer[];
    readonly ports?: readonly { readonly port: number }[];
  }[];
}

interface Pod {
  readonly namespace: string;
  readonly labels: Labels;
}

const props = hubProps("prod");
const own = props.hub.namespace;
const policies = hubObjects(props).flatMap(({ kind, spec }) => (kind === "NetworkPolicy" ? [spec as Policy] : []));

const has = (labels: Labels, wanted: Labels = {}) =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

function isPeer(peer: Peer, { namespace, labels }: Pod): boolean {
  if (peer.ipBlock || peer.podSelector?.matchExpressions) throw new Error("this test does not tell who that is");
  const there = peer.namespaceSelector
    ? has({ "kubernetes.io/metadata.name": namespace }, peer.namespaceSelector.matchLabels)
    : namespace === own;
  return there && has(labels, peer.podSelector?.matchLabels);
}

/** Whether a pod may speak to one of the hub's namespace, by our policies. */
function mayReach(to: Labels, port: number, from: Pod): boolean {
  return policies
    .filter(({ podSelector }) => has(to, podSelector.matchLabels))
    .flatMap(({ ingress }) => ingress)
    .filter(({ ports }) => ports === undefined || ports.some((one) => one.port === port))
    .some(({ from: peers }) => peers === undefined || peers.some((peer) => isPeer(peer, from)));
}

/** Labels as the charts give them. */
const hub = { app: "jupyterhub", component: "hub" };
const gateway = (component: string) => ({
  "app.kubernetes.io/name": "dask-gateway",
  "app.kubernetes.io/component": component,
});
const prometheus = { "app.kubernetes.io/name": "prometheus", "app.kubernetes.io/component": "server" };
const of = (namespace: string, labels: Labels): Pod => ({ namespace, labels });
const services = props.servicesNamespace;

describe("Prometheus reads metrics, and nobody beside it", () => {
  test.each([
    ["the hub's", hub, 8082],
    ["a scheduler's", gateway("dask-scheduler"), 8787],
    ["a worker's", gateway("dask-worker"), 8787],
  ] as const)("%s", (_what, target, port) => {
    expect(mayReach(target, port, of(services, prometheus))).toBe(true);
    expect(mayReach(target, port + 1, of(services, prometheus))).toBe(false);
    expect(mayReach(target, port, of("other-services", prometheus))).toBe(false);
    expect(mayReach(target, port, of(own, prometheus))).toBe(false);
    expect(mayReach(target, port, of(services, { "app.kubernetes.io/name": "traefik" }))).toBe(false);
    const notebook = { app: "jupyterhub", component: "singleuser-server" };
    expect(mayReach(target, port, of(own, notebook))).toBe(false);
    expect(mayReach(target, port, of("alps-workshop", notebook))).toBe(false);
  });
});

test("workers speak to their schedulers, on all ports", () => {
  expect(mayReach(gateway("dask-scheduler"), 8786, of(own, gateway("dask-worker")))).toBe(true);
  expect(mayReach(gateway("dask-scheduler"), 8786, of("alps-workshop", gateway("dask-worker")))).toBe(false);
});
