import type { App } from "cdktf";
import { clientConfigName } from "../../charts/client";
import { daskGatewayValues } from "../../charts/dask-gateway/values";
import { hubSecrets } from "../../charts/jupyterhub/secrets";
import { jupyterHubValues } from "../../charts/jupyterhub/values";
import { charts } from "../../charts/pins";
import { priorityClassName } from "../../config/names";
import { abroadOf } from "../../config/resolve/abroad";
import type { ResolvedClusterHub } from "../../config/resolve/cluster-hub";
import type { ResolvedClusterSite } from "../../config/resolve/cluster-site";
import type { ResolvedFederation } from "../../config/resolve/federation";
import { closedDatasetsOf } from "../../config/resolve/grants";
import type { ResolvedSite } from "../../config/resolve/site";
import { earliest } from "../../constructs/expiry";
import { ingressOf, ingressReach } from "../../constructs/kubernetes/ingress";
import { Namespace } from "../../constructs/kubernetes/namespace";
import type { ClientConfig, ClientSite } from "../../constructs/kubernetes/objects/client-config";
import { hubObjects, hubPodSecurity } from "../../constructs/kubernetes/objects/hub";
import { homeClaim } from "../../constructs/kubernetes/objects/hub-home";
import type { Platform } from "../../constructs/kubernetes/platform";
import { ChartRelease, ObjectsRelease } from "../../constructs/kubernetes/release";
import { Secrets } from "../../constructs/kubernetes/secrets";
import { type FederationProps, SiteStack } from "../site-stack";

export interface KubernetesHubStackProps extends FederationProps {
  readonly site: ResolvedClusterSite;
  readonly hub: ResolvedClusterHub;
  readonly platform: Platform;
}

/** `<site>-<hub>`: one JupyterHub with its Dask Gateway in a namespace of its own. A workshop's comes and goes without touching the rest. */
export class KubernetesHubStack extends SiteStack {
  constructor(app: App, props: KubernetesHubStackProps) {
    const { federation, site, hub, platform, places } = props;
    super(app, { federation, site: site.id, part: hub.id, places });
    platform.configure(this);
    const identity = platform.identityOf(this, hub.id);
    const shared = {
      hub,
      pools: site.pools,
      userScheduler: site.userScheduler,
      priorityClass: priorityClassName(site.id, "default"),
      storeEnvironment: platform.storeEnvironment,
      abroad: abroadOf(federation, site.id, hub),
      storeNetworks: site.s3.networks,
      storeKeys: identity.storeKeys?.name ?? null,
      mirrors: site.mirrors,
    };
    const namespace = new Namespace(this, "namespace", {
      name: hub.namespace,
      labels: {},
      enforce: hubPodSecurity,
      expires: earliest(hub.expires, site.expires),
    });
    const secrets = new Secrets(this, "secrets", {
      namespace,
      secrets: [...hubSecrets(hub, federation.identity), ...(identity.storeKeys ? [identity.storeKeys] : [])],
    });
    const home = site.homes.find((one) => one.id === hub.home);
    const objects = new ObjectsRelease(this, "objects", {
      name: `${hub.id}-objects`,
      namespace: hub.namespace,
      objects: hubObjects({
        ...shared,
        placeholderClass: priorityClassName(site.id, "placeholder"),
        servicesNamespace: site.servicesNamespace,
        ingress: ingressReach(site),
        nameServers: site.nameServers,
        identity,
        home: home ? platform.homeMount(this, home, hub.id) : null,
        client: clientConfigOf(federation, site, hub),
      }),
      // Servers and clusters of users belong to no release: they hold the home's claim until the namespace goes.
      waitForEnd: false,
      dependsOn: [namespace.resource],
    });
    const jupyterhub = new ChartRelease(this, "jupyterhub", {
      name: hub.releases.jupyterhub,
      namespace: hub.namespace,
      chart: charts.jupyterhub,
      mirrors: site.mirrors,
      values: jupyterHubValues({
        ...shared,
        federation: federation.title,
        identity: federation.identity,
        storageClass: platform.storageClass,
        homeClaim: home ? homeClaim : null,
        ingress: ingressOf(site, platform, hub.id),
        identityServers: identity.identityServers,
        clientConfig: clientConfigName,
      }),
      dependsOn: [objects.resource, ...secrets.resources],
    });
    if (hub.dask)
      new ChartRelease(this, "dask-gateway", {
        name: hub.releases.daskGateway,
        namespace: hub.namespace,
        chart: charts.daskGateway,
        mirrors: site.mirrors,
        values: daskGatewayValues(shared),
        skipCrds: true, // the services bring them, and they outlive every hub
        dependsOn: [jupyterhub.resource],
      });
  }
}

/** What clients in notebooks and Dask's pods learn of their federation. */
function clientConfigOf(
  federation: ResolvedFederation,
  site: ResolvedClusterSite,
  hub: ResolvedClusterHub,
): ClientConfig {
  const { id, title, sites } = federation;
  return {
    federation: { id, title },
    site: site.id,
    hub: hub.id,
    reads: closedDatasetsOf(federation, site, hub),
    sites: sites.map(clientSite),
  };
}

function clientSite(site: ResolvedSite): ClientSite {
  const { id, institution, provider, catalog, dataUrl: data } = site;
  const [dataset] = site.datasets;
  return { id, institution, provider, catalog, data, region: dataset?.place.region ?? "" };
}
