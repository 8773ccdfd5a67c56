import { noIdentityServers } from "../../../../charts/networks";
import { priorityClassName } from "../../../../config/names";
import { nobodyAbroad } from "../../../../config/resolve/abroad";
import type { ResolvedKubernetesSite } from "../../../../config/resolve/kubernetes-site";
import { ingressReach } from "../../../../constructs/kubernetes/ingress";
import type { HubObjectsProps } from "../../../../constructs/kubernetes/objects/hub";
import { clusterHubOf, clusterSite } from "../../../config/cluster-site";

/** What the stack of a hub of the example gives its objects. */
export function hubProps(id: string, site: ResolvedKubernetesSite = clusterSite()): HubObjectsProps {
  const hub = clusterHubOf(site, id);
  const { institution, provider, catalog, dataHost } = site;
  return {
    hub,
    pools: site.pools,
    userScheduler: site.userScheduler,
    mirrors: site.mirrors,
    placeholderClass: priorityClassName(site.id, "placeholder"),
    servicesNamespace: site.servicesNamespace,
    identity: { annotations: {}, identityServers: noIdentityServers, storeKeys: null },
    abroad: nobodyAbroad,
    storeNetworks: site.s3.networks,
    ingress: ingressReach(site),
    nameServers: site.nameServers,
    home: hub.home === null ? null : { kind: "nfs", server: "198.51.100.7", path: "/homes" },
    client: {
      federation: { id: "pangeo", title: "Pangeo open federation" },
      site: site.id,
      hub: id,
      reads: [],
      sites: [{ id: site.id, institution, provider, catalog, data: `https://${dataHost}`, region: site.s3.region }],
    },
  };
}
