import { abroadFiles, clientConfigName } from "../../../charts/client";
import { type Mirrors, userServiceAccount } from "../../../config/names";
import type { Abroad } from "../../../config/resolve/abroad";
import type { ResolvedClusterHub } from "../../../config/resolve/cluster-hub";
import type { ResolvedPool } from "../../../config/resolve/pools";
import type { HomeMount, PodIdentity } from "../platform";
import { type ClientConfig, clientConfigText } from "./client-config";
import { daskAccess } from "./dask-access";
import { homeVolume } from "./hub-home";
import { type IngressReach, networkPolicies } from "./hub-network";
import { limitRange, resourceQuota } from "./hub-quota";
import type { KubeObject } from "./object";
import { placeholders } from "./placeholders";

export interface HubObjectsProps {
  readonly hub: ResolvedClusterHub;
  readonly pools: readonly ResolvedPool[];
  /** The scheduler of users' pods. */
  readonly userScheduler: string;
  /** Priority of pods that only keep room. */
  readonly placeholderClass: string;
  /** Registries whose images come from elsewhere. */
  readonly mirrors: Mirrors;
  /** The namespace of the site's services: users' pods reach its gateway and ingress, its Prometheus reaches Dask's pods. */
  readonly servicesNamespace: string;
  readonly identity: PodIdentity;
  /** The same in other clouds. */
  readonly abroad: Abroad;
  /** Private networks (CIDR) where the store is; all others are closed to users' pods. */
  readonly storeNetworks: readonly string[];
  readonly ingress: IngressReach;
  /** Addresses (CIDR) of name servers beside the cluster's own pods. */
  readonly nameServers: readonly string[];
  /** Null: files go with the server. */
  readonly home: HomeMount | null;
  readonly client: ClientConfig;
}

/**
 * What the API server enforces of Pod Security in a hub's namespace: the charts' own programs of Dask Gateway name no seccomp profile,
 * so they do not pass `restricted`; all pods of users do.
 */
export const hubPodSecurity = "baseline";

/** Objects of a hub's namespace beside those of JupyterHub and of Dask Gateway: they come before both. */
export function hubObjects(props: HubObjectsProps): KubeObject[] {
  const { hub, pools, identity, abroad, servicesNamespace, storeNetworks, ingress, nameServers, home, client } = props;
  const { namespace } = hub;
  const { identityServers } = identity;
  return [
    userAccount(namespace, identity),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: clientConfigName, namespace },
      data: { "federation.json": clientConfigText(client), ...abroadFiles(abroad) },
    },
    resourceQuota(hub, pools),
    limitRange(namespace),
    ...networkPolicies({
      ...{
        namespace,
        dask: hub.dask !== null,
        servicesNamespace,
        storeNetworks,
        ingress,
        nameServers,
        identityServers,
      },
    }),
    ...(hub.dask ? daskAccess(namespace, hub.releases.daskGateway) : []),
    ...(home ? homeVolume(namespace, home) : []),
    ...(hub.placeholders > 0 ? [placeholders(props)] : []),
  ];
}

/** The account of notebooks, Dask schedulers and workers. Its token is in no pod unless a cloud asks for one of its own. */
function userAccount(namespace: string, { annotations }: PodIdentity): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: userServiceAccount, namespace, annotations },
    automountServiceAccountToken: false,
  };
}
