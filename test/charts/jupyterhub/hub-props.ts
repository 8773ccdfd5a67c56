import type { JupyterHubProps } from "../../../charts/jupyterhub/props";
import { noIdentityServers } from "../../../charts/networks";
import { priorityClassName } from "../../../config/names";
import { nobodyAbroad } from "../../../config/resolve/abroad";
import { clusterFederation, clusterHubOf, clusterSite } from "../../config/cluster-site";

/** What a stack would tell the values of a hub of the example cluster, with the home file system that the hub names. */
export function propsOf(id: string, site = clusterSite()): JupyterHubProps {
  const hub = clusterHubOf(site, id);
  return {
    federation: "Pangeo open federation",
    identity: clusterFederation().identity,
    hub,
    pools: site.pools,
    userScheduler: site.userScheduler,
    mirrors: site.mirrors,
    priorityClass: priorityClassName(site.id, "default"),
    storageClass: site.storageClass,
    homeClaim: hub.home ? "home" : null,
    ingress: {
      class: site.ingressClass ?? site.id,
      annotations: { "cert-manager.io/cluster-issuer": site.id },
      tlsSecret: `${hub.id}-tls`,
    },
    identityServers: noIdentityServers,
    storeEnvironment: { AWS_ENDPOINT_URL: site.s3.endpoint },
    abroad: nobodyAbroad,
    storeNetworks: [],
    storeKeys: "store-keys",
    clientConfig: "client-config",
  };
}
