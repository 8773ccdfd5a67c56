import { HelmProvider } from "@cdktf/provider-helm/lib/provider";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { Fn, type ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { externalDnsName } from "../../charts/external-dns";
import { type IdentityServers, podIdentityAgents } from "../../charts/networks";
import { awsRoleName, hubRoleName } from "../../config/aws-names";
import { objectUrl, userServiceAccount } from "../../config/names";
import type { ResolvedAwsClusterSite } from "../../config/resolve/aws-site";
import type { ResolvedClusterSite, ResolvedHome } from "../../config/resolve/cluster-site";
import type { GrantedBucket } from "../../config/resolve/grants";
import type { ResolvedDataset } from "../../config/resolve/lake";
import { nfsMount } from "../kubernetes/homes";
import { loadBalancerAddress } from "../kubernetes/lookup";
import { scratchExpiryName } from "../kubernetes/objects/scratch-expiry";
import type { ConfiguredStack, HomeMount, ManagedZone, Platform, PodIdentity, Service } from "../kubernetes/platform";
import { certManagerName, diskStorage, homeServers, machines, zoneRights } from "./eks-services";
import { hubAccess } from "./hub-access";
import { keyRights, keysOf } from "./key-rights";
import { clusterAddress } from "./lookup";
import { mountTargets } from "./mount-targets";
import { awsProvider, siteTags } from "./provider";
import { PodRole, podAnnotations } from "./role";
import { expiryRights, storeRights } from "./store-rights";
import { zoneBlocks } from "./subnets";

/** A cluster of EKS: pods are known by their account and take roles, disks are EBS's. */
export class EksPlatform implements Platform {
  readonly storageClass = "gp3";
  readonly storeEnvironment: Readonly<Record<string, string>>;
  readonly managedZone: ManagedZone | null;
  readonly services: readonly Service[];
  readonly entranceAnnotations: Readonly<Record<string, string>>;

  constructor(
    private readonly federation: string,
    private readonly site: ResolvedAwsClusterSite,
    /** Buckets of other sites that a hub's people read, by the hub's id. */
    private readonly granted: ReadonlyMap<string, readonly GrantedBucket[]>,
  ) {
    const { region, dns } = site;
    const { network } = site.cluster;
    this.storeEnvironment = { AWS_REGION: region, AWS_DEFAULT_REGION: region };
    const annotations = {
      externalDns: podAnnotations(site, awsRoleName(federation, site.id, externalDnsName)),
      certManager: podAnnotations(site, awsRoleName(federation, site.id, certManagerName)),
    };
    this.managedZone = dns.kind === "route53" ? { kind: dns.kind, zone: dns.zone, region, annotations } : null;
    const balancer = "service.beta.kubernetes.io/aws-load-balancer";
    this.entranceAnnotations = {
      [`${balancer}-type`]: "nlb",
      [`${balancer}-cross-zone-load-balancing-enabled`]: "true",
      [`${balancer}-additional-resource-tags`]: pairs(siteTags({ federation, site })),
      // Subnets of a network that is made are found by their tags; others need none.
      ...(network.kind === "existing"
        ? { [`${balancer}-subnets`]: site.zones.flatMap((zone) => network.publicSubnets[zone] ?? []).join(",") }
        : {}),
    };
    this.services = [
      diskStorage,
      machines(federation, site),
      homeServers,
      mountTargets(site),
      zoneRights(federation, site),
    ];
  }

  /** Tokens of the API live for a quarter of an hour, so the engine asks for them as it goes, by the AWS command line. */
  configure(stack: ConfiguredStack): void {
    const { federation, site } = this;
    awsProvider(stack, { federation, site });
    const { name, endpoint, authority } = clusterAddress(stack, site.cluster.name);
    const access = {
      host: endpoint,
      clusterCaCertificate: Fn.base64decode(authority),
      exec: {
        apiVersion: "client.authentication.k8s.io/v1",
        command: "aws",
        args: ["eks", "get-token", "--cluster-name", name, "--region", site.region, "--output", "json"],
      },
    };
    new KubernetesProvider(stack, "kubernetes", { ...access, exec: [access.exec] });
    new HelmProvider(stack, "helm", { kubernetes: access });
  }

  identityOf(scope: Construct, hub: string | null): PodIdentity {
    const { annotations } = new PodRole(scope, "identity", hub === null ? this.expiryRole() : this.hubRole(hub));
    return { annotations, identityServers: identityServers(this.site), storeKeys: null };
  }

  private hubRole(id: string) {
    const { federation, site } = this;
    const hub = site.hubs.find((one) => one.id === id);
    if (!hub) throw new Error(`site ${site.id} has no hub ${id}`);
    const publishes = site.datasets.filter((dataset) => hub.publishes.includes(dataset.id));
    const granted = this.granted.get(id) ?? [];
    return {
      site,
      namespace: hub.namespace,
      serviceAccount: userServiceAccount,
      name: hubRoleName(federation, site.id, hub.id),
      description: `People of hub ${hub.id} of ${site.id} in ${federation}`,
      statements: [
        ...storeRights({ rights: hub.buckets, publishes, granted, account: site.account }),
        ...keyRights(keysOf(site, hub, granted)),
      ],
      tags: { hub: hub.id },
    };
  }

  private expiryRole() {
    const { federation, site } = this;
    const { account, region } = site;
    const expiring = site.buckets.filter((bucket) => bucket.expireDays !== null);
    const keyed = expiring.filter((bucket) => bucket.ownKey);
    return {
      site,
      namespace: site.servicesNamespace,
      serviceAccount: scratchExpiryName,
      name: awsRoleName(federation, site.id, scratchExpiryName),
      description: `Expires scratch of ${site.id} in ${federation}`,
      statements: [
        ...expiryRights(expiring),
        ...keyRights(keyed.map(({ name }) => ({ bucket: name, account, region, write: false }))),
      ],
    };
  }

  homeMount(scope: Construct, home: ResolvedHome, hub: string): HomeMount {
    if (home.kind === "filestore") throw new Error(`homes ${home.id} are of Google Cloud, and the cluster is not`);
    return home.kind === "efs" ? hubAccess(scope, home, hub) : nfsMount(scope, this.site.id, home);
  }

  entranceAddress(scope: Construct, site: ResolvedClusterSite, services: ITerraformDependable[]): string | null {
    if (site.dns.kind !== "manual") return null;
    return loadBalancerAddress(scope, `${site.id}-traefik`, site.servicesNamespace, services);
  }

  datasetUrl({ place, path }: ResolvedDataset): string {
    return objectUrl(place, path);
  }
}

/** The agent on each node, or STS: where it has an endpoint in the network, its address is one of a private subnet. */
function identityServers({ cluster: { podIdentity, network }, zones }: ResolvedAwsClusterSite): IdentityServers {
  if (podIdentity.kind === "agent") return podIdentityAgents;
  const inside = network.kind === "made" && network.endpoints.includes("sts") ? zoneBlocks(network.cidr, zones) : [];
  return {
    networks: [...[...inside].map(([, { private: block }]) => block), ...podIdentity.stsNetworks],
    ports: [443],
  };
}

/** Tags as the annotation has them; what would end a pair is in none (`config/schema/aws-site.ts`). */
function pairs(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
