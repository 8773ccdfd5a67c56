import { HelmProvider } from "@cdktf/provider-helm/lib/provider";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { noIdentityServers } from "../../charts/networks";
import { objectUrl } from "../../config/names";
import type { ResolvedClusterSite, ResolvedHome } from "../../config/resolve/cluster-site";
import type { ResolvedKubernetesSite } from "../../config/resolve/kubernetes-site";
import type { ResolvedDataset } from "../../config/resolve/lake";
import { literal } from "../literal";
import { nfsMount } from "./homes";
import { loadBalancerAddress } from "./lookup";
import type { ConfiguredStack, HomeMount, ManagedZone, Platform, PodIdentity } from "./platform";

/** Name of the Secret with the store's keys in each hub's namespace. */
const storeKeys = "store-keys";

/** A cluster that exists, reached by a kubeconfig, with an S3 store whose keys all users of the site share. */
export class ExistingCluster implements Platform {
  readonly storageClass: string | null;
  readonly storeEnvironment: Readonly<Record<string, string>>;
  readonly managedZone: ManagedZone | null;
  readonly services = [];
  readonly entranceAnnotations = {};

  constructor(private readonly site: ResolvedKubernetesSite) {
    const { endpoint, region, pathStyle } = site.s3;
    this.storageClass = site.storageClass;
    this.storeEnvironment = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      // obstore and icechunk refuse plain HTTP unless told that it is meant.
      ...(endpoint.startsWith("http:") ? { AWS_ALLOW_HTTP: "true" } : {}),
      // GDAL has words of its own for the same.
      AWS_S3_ENDPOINT: endpoint.replace(/^https?:\/\//, ""),
      AWS_HTTPS: endpoint.startsWith("https:") ? "YES" : "NO",
      AWS_VIRTUAL_HOSTING: pathStyle ? "FALSE" : "TRUE",
    };
    this.managedZone =
      site.dns.kind === "rfc2136" ? { ...site.dns, algorithm: site.dns.algorithm ?? "hmac-sha256" } : null;
  }

  configure(stack: ConfiguredStack): void {
    const configPath = this.kubeconfigPath(stack);
    const configContext = literal(this.site.kubeconfig.context);
    new KubernetesProvider(stack, "kubernetes", { configPath, configContext });
    new HelmProvider(stack, "helm", { kubernetes: { configPath, configContext } });
  }

  /** Relative paths start at the federation file, the engine's at the stack's output directory. */
  private kubeconfigPath(stack: ConfiguredStack): string {
    const path = this.site.kubeconfig.path ?? "~/.kube/config";
    if (path.startsWith("~/") || path.startsWith("/")) return literal(path);
    return literal(`${stack.configDirectory}/${path}`);
  }

  /** All hubs share one key; one that only reads what is public gets none. */
  identityOf(_scope: Construct, hub: string | null): PodIdentity {
    const { accessKey, secretKey } = this.site.storeKeys;
    const data = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey };
    const needed = hub === null || this.site.hubs.some(({ id, storeKeys }) => id === hub && storeKeys);
    return {
      annotations: {},
      identityServers: noIdentityServers,
      storeKeys: needed ? { name: storeKeys, data } : null,
    };
  }

  homeMount(scope: Construct, home: ResolvedHome): HomeMount {
    if (home.kind === "efs" || home.kind === "filestore")
      throw new Error(`homes ${home.id} are of a cloud, and the cluster is not`);
    return nfsMount(scope, this.site.id, home);
  }

  entranceAddress(scope: Construct, site: ResolvedClusterSite, services: ITerraformDependable[]): string | null {
    if (site.dns.kind !== "manual" || site.ingressClass !== null) return null;
    return loadBalancerAddress(scope, `${site.id}-traefik`, site.servicesNamespace, services);
  }

  datasetUrl({ place, path }: ResolvedDataset): string {
    return objectUrl(place, path);
  }
}
