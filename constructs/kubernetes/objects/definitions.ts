import type { KubeObject } from "./object";

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  /** Whether its status is written apart from the rest. */
  readonly status: boolean;
}

/** What Dask Gateway's controller reads, and what it tells. */
const daskCluster: Kind = {
  group: "gateway.dask.org",
  version: "v1alpha1",
  kind: "DaskCluster",
  plural: "daskclusters",
  status: true,
};

/** Kinds of the Traefik beside each Dask Gateway; one that the cluster's own ingress is has the same. */
const traefikKinds: readonly Kind[] = [
  ...["IngressRoute", "IngressRouteTCP", "IngressRouteUDP", "Middleware", "MiddlewareTCP", "ServersTransport"],
  ...["ServersTransportTCP", "TLSOption", "TLSStore", "TraefikService"],
].map((kind) => ({
  group: "traefik.io",
  version: "v1alpha1",
  kind,
  plural: `${kind.toLowerCase()}s`,
  status: false,
}));

/**
 * Annotations of what may be there already, and stays. The chart `objects` leaves it alone unless a site of Isthmus made it: its
 * owner's next upgrade would find it changed, and may refuse it.
 */
const shared = { "helm.sh/resource-policy": "keep", "isthmus/shared": "true" };

/**
 * Kinds that the charts of a hub need, once for all hubs: a hub that goes leaves those of the others whole, and they stay
 * when the services go, since removing a kind removes every object of it. Fields are checked by who reads them.
 */
export function definitions(): KubeObject[] {
  return [daskCluster, ...traefikKinds].map(definition);
}

function definition({ group, version, kind, plural, status }: Kind): KubeObject {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}`, annotations: shared },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        { name: version, served: true, storage: true, schema, ...(status ? { subresources: { status: {} } } : {}) },
      ],
    },
  };
}
