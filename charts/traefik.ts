import type { ResolvedPool } from "../config/resolve/pools";
import { corePool, placeOf } from "./place";

export interface TraefikProps {
  /** Name of its ingress class. */
  readonly class: string;
  readonly pools: readonly ResolvedPool[];
  readonly namespace: string;
  /**
   * Addresses (CIDR) of what ends TLS before the cluster: requests come by HTTP, and what these say of who asks is believed, of all
   * others it is dropped. Null: Traefik ends TLS itself, and believes nobody.
   */
  readonly ahead: readonly string[] | null;
  /** Annotations of its Service, by which a cloud knows what load balancer to make. */
  readonly annotations: Readonly<Record<string, string>>;
  /** A Secret of the namespace with the certificate for every host that brings none of its own; null: each brings its own. */
  readonly certificate: string | null;
}

/** A notebook's uploads and streams take longer than a minute. */
const transport = { respondingTimeouts: { readTimeout: "0s", idleTimeout: "600s" } };

/** Values of the `traefik` chart: one way in for all hubs and data of a site, by Ingress objects of its class only. */
export function traefikValues({ class: name, pools, namespace, ahead, annotations, certificate }: TraefikProps) {
  return {
    ingressClass: { enabled: true, isDefaultClass: false, name },
    deployment: { replicas: 2 },
    podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { "app.kubernetes.io/name": "traefik" } },
      },
    ],
    providers: {
      kubernetesIngress: { enabled: true, ingressClass: name, publishedService: { enabled: true } },
      // For the certificate of all hosts; routes of Dask Gateways in other namespaces are not its business.
      kubernetesCRD: certificate ? { enabled: true, namespaces: [namespace] } : { enabled: false },
    },
    ...(certificate ? { tlsStore: { default: { defaultCertificate: { secretName: certificate } } } } : {}),
    api: { dashboard: false },
    ports: {
      web: ahead
        ? { forwardedHeaders: { trustedIPs: ahead }, transport }
        : { http: { redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true } } } },
      websecure: { transport },
    },
    // So that logs and rate limits see who asks, not a node.
    service: {
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      spec: { type: "LoadBalancer", externalTrafficPolicy: "Local" },
    },
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
    ...placeOf(corePool(pools)),
  };
}
