import type { App } from "cdktf";
import type { ResolvedClusterSite } from "../../config/resolve/cluster-site";
import type { ResolvedKubernetesSite } from "../../config/resolve/kubernetes-site";
import { ExistingCluster } from "../../constructs/kubernetes/existing-cluster";
import type { Platform } from "../../constructs/kubernetes/platform";
import type { FederationProps, SiteStack } from "../site-stack";
import { KubernetesCatalogStack } from "./catalog";
import { KubernetesHomesStack } from "./homes";
import { KubernetesHubStack } from "./hub";
import { KubernetesServicesStack } from "./services";

/** The stacks of a cluster that exists. */
export function kubernetesStacks(app: App, site: ResolvedKubernetesSite, props: FederationProps): SiteStack[] {
  return platformStacks(app, site, new ExistingCluster(site), props);
}

/** What runs on a cluster, whichever cloud it is of: homes, services, catalog, and a stack for each hub, which comes and goes beside them. */
export function platformStacks(
  app: App,
  site: ResolvedClusterSite,
  platform: Platform,
  federation: FederationProps,
): SiteStack[] {
  const props = { ...federation, site, platform };
  const homes = site.homes.some((home) => home.kind === "nfs" && !home.disk)
    ? [new KubernetesHomesStack(app, props)]
    : [];
  const services = new KubernetesServicesStack(app, props);
  for (const stack of homes) services.addDependency(stack);
  const catalog = new KubernetesCatalogStack(app, props);
  catalog.addDependency(services);
  const hubs = site.hubs.map((hub) => {
    const stack = new KubernetesHubStack(app, { ...props, hub });
    for (const needed of [...homes, services]) stack.addDependency(needed);
    return stack;
  });
  return [...homes, services, catalog, ...hubs];
}
