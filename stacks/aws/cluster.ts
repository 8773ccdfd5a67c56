import type { App } from "cdktf";
import { corePool, placeOf } from "../../charts/place";
import { awsRoleName } from "../../config/aws-names";
import { eksVersions } from "../../config/machines/eks-versions";
import type { ResolvedAwsClusterSite } from "../../config/resolve/aws-site";
import { AddOns } from "../../constructs/aws/add-ons";
import { Budget } from "../../constructs/aws/budget";
import { Cluster } from "../../constructs/aws/cluster";
import { cacheRights, ImageCache } from "../../constructs/aws/image-cache";
import { subnetId } from "../../constructs/aws/lookup";
import { Network, type Subnets } from "../../constructs/aws/network";
import { NodePool } from "../../constructs/aws/node-group";
import { awsProvider, siteTags } from "../../constructs/aws/provider";
import { Role } from "../../constructs/aws/role";
import type { Statement } from "../../constructs/aws/statement";
import { madePodTrust } from "../../constructs/aws/token-issuer";
import { ofService } from "../../constructs/aws/trust";
import { expiryLifecycle } from "../../constructs/expiry";
import { type FederationProps, SiteStack } from "../site-stack";

export interface AwsClusterStackProps extends FederationProps {
  readonly site: ResolvedAwsClusterSite;
}

interface At {
  readonly federation: string;
  readonly site: string;
}

/** `<site>-cluster`: network, control plane, nodes, and who is told what they cost. Its nodes come and go; it lives for months. */
export class AwsClusterStack extends SiteStack {
  constructor(app: App, { federation, site, places }: AwsClusterStackProps) {
    super(app, { federation, site: site.id, part: "cluster", places });
    awsProvider(this, { federation: federation.id, site });
    const { cluster: config } = site;
    const versions = eksVersions[config.kubernetes];
    if (!versions) throw new Error(`no add-ons are known for Kubernetes ${config.kubernetes}`);
    const at = { federation: federation.id, site: site.id };
    const tags = siteTags({ federation: federation.id, site });
    const subnets = this.subnets(site);
    const { lifecycle } = { lifecycle: undefined, ...expiryLifecycle(this, site.expires) };
    const cluster = new Cluster(this, "control-plane", { ...at, cluster: config, subnets, lifecycle }).resource;
    const podTrust = madePodTrust(this, site, cluster);
    const addOns = new AddOns(this, "add-ons", { ...at, cluster: cluster.name, podTrust, versions, tags });
    if (config.imageCache) new ImageCache(this, "image-cache", config.imageCache);
    const nodes = this.nodeRole(at, cacheRights(config.imageCache, site));
    const pools = [...config.pools, ...config.retiring].map(
      (pool) =>
        new NodePool(this, pool.nodeGroup, {
          clusterName: config.name,
          cluster: cluster.name,
          kubernetes: cluster.version,
          roleArn: nodes.arn,
          pool,
          subnets: subnets.privateSubnets,
          tags,
          dependsOn: [...nodes.rights, ...addOns.first, ...subnets.ways],
        }),
    );
    addOns.onNodes({
      place: { nodeSelector: {}, tolerations: [], ...placeOf(corePool(config.pools)) },
      nodes: pools.flatMap((pool) => pool.groups),
      efs: site.homes.some((home) => home.kind === "efs"),
    });
    if (site.budget) new Budget(this, "budget", { ...at, ...site.budget });
  }

  private subnets({ cluster: { name, network }, region, zones }: ResolvedAwsClusterSite): Subnets {
    if (network.kind === "made") return new Network(this, "network", { name, region, zones, network });
    const found = (key: "privateSubnets" | "publicSubnets") =>
      zones.map(
        (zone) => [zone, subnetId(this, { vpc: network.vpc, zone, id: network[key][zone] ?? "", key })] as const,
      );
    found("publicSubnets"); // for load balancers, which the services ask for: here they are only looked at
    return { privateSubnets: Object.fromEntries(found("privateSubnets")), ways: [], madeNetwork: null };
  }

  /** What a machine itself may do: join the cluster and pull images. What its pods may do is theirs. */
  private nodeRole({ federation, site }: At, statements: readonly Statement[]): Role {
    return new Role(this, "node-role", {
      name: awsRoleName(federation, site, "node"),
      description: `Nodes of ${site} in ${federation}`,
      trust: ofService("ec2"),
      managed: ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"],
      statements,
    });
  }
}
