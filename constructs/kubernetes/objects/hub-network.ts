import { metricsPort } from "../../../charts/jupyterhub/data";
import { closedRanges, type IdentityServers } from "../../../charts/networks";
import { type Labels, namespaceOf, type Peer, pods, policy, toPrometheus, type Way, type Ways } from "./network-policy";
import type { KubeObject } from "./object";

/** Where the cluster's ingress is, as users' pods see it. */
export interface IngressReach {
  /** Its pods; null: the site's own Traefik, or outside the cluster. */
  readonly pods: { readonly namespace: string; readonly select?: Labels | undefined } | null;
  /** Private networks (CIDR) where its address is. */
  readonly networks: readonly string[];
}

export interface HubNetworkProps {
  readonly namespace: string;
  readonly dask: boolean;
  readonly servicesNamespace: string;
  /** Private networks (CIDR) where the store is. */
  readonly storeNetworks: readonly string[];
  readonly ingress: IngressReach;
  /** Addresses (CIDR) of name servers beside the cluster's own pods. */
  readonly nameServers: readonly string[];
  /** Where users' pods become somebody to the cloud. */
  readonly identityServers: IdentityServers;
}

/** Labels that JupyterHub's chart gives to its pods. */
const jupyterhub = (component: string): Labels => ({ app: "jupyterhub", component });

/** Labels that Dask Gateway's chart and its controller give to theirs. */
const gateway = (component: string): Labels => ({
  "app.kubernetes.io/name": "dask-gateway",
  "app.kubernetes.io/component": component,
});

/** The label that cert-manager gives to pods that prove a host. */
const certificateProof: Labels = { "acme.cert-manager.io/http01-solver": "true" };

const notebooks = jupyterhub("singleuser-server");
const proxy = jupyterhub("proxy");
const hub = jupyterhub("hub");
const api = gateway("gateway");
const controller = gateway("controller");
const traefik = gateway("traefik");
const scheduler = gateway("dask-scheduler");
const worker = gateway("dask-worker");

/** The API server's address is not known here; its port is. */
const apiServer: Way = { ports: [443, 6443] };

/**
 * Who may speak to whom in a hub's namespace: nobody unless said here, or by JupyterHub's chart for its own pods. Effective where the
 * cluster's network enforces policies.
 */
export function networkPolicies(props: HubNetworkProps): KubeObject[] {
  const { namespace } = props;
  const closed = policy(namespace, "default", {}, { in: [], out: [] });
  // JupyterHub's chart opens to notebooks what else they need.
  const open = policy(namespace, "notebooks", notebooks, { in: [], out: siteData(props) });
  // The page by which a certificate authority knows the host is served by a pod of cert-manager, for a moment.
  const proof = policy(namespace, "certificate-proof", certificateProof, { in: [{ ports: [8089] }], out: [] });
  const metrics = policy(namespace, "hub-metrics", hub, {
    in: [toPrometheus(props.servicesNamespace, metricsPort)],
    out: [],
  });
  return [closed, open, proof, metrics, ...(props.dask ? daskPolicies(props) : [])];
}

function daskPolicies(props: HubNetworkProps): KubeObject[] {
  const { namespace } = props;
  const names = nameServers(props);
  const out = userEgress(props);
  const metrics = toPrometheus(props.servicesNamespace, 8787);
  const comms: Way = { peers: [pods(scheduler), pods(worker)] };
  const ways: readonly (readonly [string, Labels, Ways])[] = [
    ["dask-workers", worker, { in: [comms, metrics], out: [...out, comms] }],
    [
      "dask-schedulers",
      scheduler,
      {
        in: [{ peers: [pods(worker)] }, to(traefik, 8786, 8787), to(api, 8788), metrics],
        out: [...out, { peers: [pods(worker)] }, to(api, 8000)],
      },
    ],
    [
      "dask-gateway",
      api,
      {
        in: [{ peers: [pods(traefik), pods(scheduler)], ports: [8000] }],
        out: [names, apiServer, to(hub, 8081), to(scheduler, 8788)],
      },
    ],
    ["dask-controller", controller, { in: [], out: [names, apiServer] }],
    [
      "dask-traefik",
      traefik,
      {
        in: [{ peers: [pods(notebooks), pods(proxy)], ports: [8000] }],
        out: [names, apiServer, to(api, 8000), to(scheduler, 8786, 8787)],
      },
    ],
  ];
  return ways.map(([name, labels, way]) => policy(namespace, name, labels, way));
}

/** Pods of one kind, as the other end of a way. */
function to(labels: Labels, ...ports: readonly number[]): Way {
  return { peers: [pods(labels)], ports };
}

/** The cluster's name servers: CoreDNS and the cache on each node, by the labels that they have everywhere, or by their addresses. */
function nameServers({ nameServers: networks }: HubNetworkProps): Way {
  const named = { key: "k8s-app", operator: "In", values: ["kube-dns", "node-local-dns"] };
  const own = { ...namespaceOf("kube-system"), podSelector: { matchExpressions: [named] } };
  return { peers: [own, ...addresses(networks)], ports: [53] };
}

/**
 * The ingress and the Zarr gateway: a site's own URLs may lead to private addresses, and most networks send what asks for the address
 * of a load balancer inside its cluster straight to the pods behind it.
 */
function siteData({ servicesNamespace, ingress }: HubNetworkProps): Way[] {
  const named = { key: "app.kubernetes.io/name", operator: "In", values: ["traefik", "zarr-gateway"] };
  const own = { ...namespaceOf(servicesNamespace), podSelector: { matchExpressions: [named] } };
  const theirs = ingress.pods ? [podsIn(ingress.pods.namespace, ingress.pods.select)] : [];
  return [{ peers: [own, ...theirs, ...addresses(ingress.networks)] }];
}

function podsIn(namespace: string, labels: Labels | undefined): Peer {
  return { ...namespaceOf(namespace), ...(labels ? pods(labels) : {}) };
}

function addresses(networks: readonly string[]): Peer[] {
  return networks.map((cidr) => ({ ipBlock: { cidr } }));
}

/** Where users' pods may go: names, the internet, the site's own data and hubs, and what private addresses they are let to. */
function userEgress(props: HubNetworkProps): Way[] {
  const { storeNetworks, identityServers } = props;
  const { networks, ports } = identityServers;
  return [
    nameServers(props),
    { peers: [{ ipBlock: { cidr: "0.0.0.0/0", except: closedRanges } }] },
    ...siteData(props),
    ...(storeNetworks.length > 0 ? [{ peers: addresses(storeNetworks) }] : []),
    ...(networks.length > 0 ? [{ peers: addresses(networks), ports }] : []),
  ];
}
