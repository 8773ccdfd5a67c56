import type { App } from "cdktf";
import type { ResolvedGoogleClusterSite } from "../../config/resolve/google-site";
import { expiryLifecycle } from "../../constructs/expiry";
import { Budget } from "../../constructs/google/budget";
import { Cluster } from "../../constructs/google/cluster";
import { ImageCache } from "../../constructs/google/image-cache";
import { Network, type Subnet } from "../../constructs/google/network";
import { NodeAccount } from "../../constructs/google/node-account";
import { NodePool } from "../../constructs/google/node-pool";
import { googleProvider, siteLabels } from "../../constructs/google/provider";
import { type GoogleService, type Ready, services } from "../../constructs/google/services";
import { type FederationProps, SiteStack } from "../site-stack";

export interface GoogleClusterStackProps extends FederationProps {
  readonly site: ResolvedGoogleClusterSite;
}

/** `<site>-cluster`: network, control plane, nodes, and who is told what they cost. Its nodes come and go; it lives for months. */
export class GoogleClusterStack extends SiteStack {
  constructor(app: App, { federation, site, places }: GoogleClusterStackProps) {
    super(app, { federation, site: site.id, part: "cluster", places });
    googleProvider(this, { federation: federation.id, site });
    const { cluster: config, project, region, zones } = site;
    const at = { federation: federation.id, site: site.id, project };
    const labels = siteLabels({ federation: federation.id, site });
    const ready = services(this, servicesOf(site));
    const subnet = this.subnet(site, ready);
    const cache = config.imageCache;
    const repositories = cache
      ? new ImageCache(this, "image-cache", { region, cache, dependsOn: ready("artifactregistry") }).repositories
      : [];
    const account = new NodeAccount(this, "node-account", {
      ...at,
      region,
      cache,
      repositories,
      dependsOn: ready("iam"),
    });
    const { lifecycle } = { lifecycle: undefined, ...expiryLifecycle(this, site.expires) };
    const cluster = new Cluster(this, "control-plane", {
      ...{ project, region, zones, cluster: config, subnet, account: account.email, labels, lifecycle },
      dependsOn: [...ready("container", "containerfilesystem"), ...account.rights, ...subnet.ways],
    }).resource;
    for (const pool of [...config.pools, ...config.retiring])
      new NodePool(this, `${pool.retiring ? "retiring" : "pool"}-${pool.id}`, {
        ...{ region, cluster: cluster.name, pool, account: account.email, labels },
        version: config.channel === "none" ? config.kubernetes : null,
      });
    if (site.budget) new Budget(this, "budget", { ...at, ...site.budget, ready });
  }

  private subnet({ cluster: { name, network }, region }: ResolvedGoogleClusterSite, ready: Ready): Subnet {
    if (network.kind === "existing") return { ...network, ways: [] };
    return new Network(this, "network", { name, region, network, dependsOn: ready("compute") });
  }
}

/** What of Google's services the stack asks. */
function servicesOf({ cluster, budget }: ResolvedGoogleClusterSite): GoogleService[] {
  return [
    ...(["compute", "container", "iam"] as const),
    ...(cluster.imageCache ? (["artifactregistry"] as const) : []),
    ...(cluster.pools.some((pool) => pool.imageStreaming) ? (["containerfilesystem"] as const) : []),
    ...(budget ? (["billingbudgets", "monitoring"] as const) : []),
  ];
}
