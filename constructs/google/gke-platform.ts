import { HelmProvider } from "@cdktf/provider-helm/lib/provider";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { Fn, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { externalDnsName } from "../../charts/external-dns";
import { metadataServers } from "../../charts/networks";
import { googleAccountEmail, googleAccountId, hubAccountId } from "../../config/google-names";
import { objectUrl, userServiceAccount } from "../../config/names";
import type { ResolvedClusterSite, ResolvedHome } from "../../config/resolve/cluster-site";
import type { ResolvedGoogleClusterSite } from "../../config/resolve/google-site";
import type { ResolvedDataset } from "../../config/resolve/lake";
import { nfsMount } from "../kubernetes/homes";
import { loadBalancerAddress } from "../kubernetes/lookup";
import { scratchExpiryName } from "../kubernetes/objects/scratch-expiry";
import type { ConfiguredStack, HomeMount, ManagedZone, Platform, PodIdentity, Service } from "../kubernetes/platform";
import { certManagerName, homeServers, zoneRights } from "./gke-services";
import type { FilestoreHome } from "./home-filestore";
import { clusterAddress, filestoreShareOf } from "./lookup";
import { PodAccount, podAnnotations, podsAre } from "./pod-account";
import { googleProvider } from "./provider";
import { expiryRights, grant, payingReader, type StoreRight, storeRights } from "./store-rights";

/** A cluster of GKE: pods are service accounts of Google, disks are persistent disks. */
export class GkePlatform implements Platform {
  /** Every cluster of GKE has it: balanced persistent disks, made where the pod is. */
  readonly storageClass = "standard-rwo";
  readonly storeEnvironment: Readonly<Record<string, string>>;
  readonly managedZone: ManagedZone | null;
  readonly services: readonly Service[];
  readonly entranceAnnotations = {};

  constructor(
    private readonly federation: string,
    private readonly site: ResolvedGoogleClusterSite,
  ) {
    const { project, dns } = site;
    // gcsfs and Google's own clients ask who they are; GDAL asks only where it is told that it may.
    this.storeEnvironment = { GOOGLE_CLOUD_PROJECT: project, CPL_MACHINE_IS_GCE: "YES" };
    const bound = (program: string) => podAnnotations(googleAccountId(federation, site.id, program), project);
    this.managedZone =
      dns.kind === "cloudDns"
        ? {
            ...{ kind: dns.kind, zone: dns.zone, project },
            annotations: { externalDns: bound(externalDnsName), certManager: bound(certManagerName) },
          }
        : null;
    this.services = [homeServers(site), zoneRights(federation, site)];
  }

  /** Tokens of the API live for an hour, so the engine asks for them as it goes, by Google's plugin for that. */
  configure(stack: ConfiguredStack): void {
    const { federation, site } = this;
    googleProvider(stack, { federation, site });
    const { endpoint, authority } = clusterAddress(stack, site.cluster.name, site.region);
    const access = {
      host: `https://${endpoint}`,
      clusterCaCertificate: Fn.base64decode(authority),
      exec: {
        apiVersion: "client.authentication.k8s.io/v1beta1",
        command: "gke-gcloud-auth-plugin",
        args: ["--use_application_default_credentials"],
      },
    };
    new KubernetesProvider(stack, "kubernetes", { ...access, exec: [access.exec] });
    new HelmProvider(stack, "helm", { kubernetes: access });
  }

  identityOf(scope: Construct, hub: string | null): PodIdentity {
    const { annotations } = hub === null ? this.expiry(scope) : this.hub(scope, hub);
    return { annotations, identityServers: metadataServers, storeKeys: null };
  }

  /** The account is the lake's, since other sites name it to theirs: it is there before the hub, and stays when it goes. */
  private hub(scope: Construct, id: string) {
    const { federation, site } = this;
    const { project } = site;
    const hub = site.hubs.find((one) => one.id === id);
    if (!hub) throw new Error(`site ${site.id} has no hub ${id}`);
    const accountId = hubAccountId(federation, site.id, hub.id);
    const email = googleAccountEmail(project, accountId);
    const identity = new Construct(scope, "identity");
    podsAre(
      identity,
      { name: `projects/${project}/serviceAccounts/${email}` },
      {
        ...{ project, namespace: hub.namespace, serviceAccount: userServiceAccount },
      },
    );
    const member = `serviceAccount:${email}`;
    const publishes = site.datasets.filter((dataset) => hub.publishes.includes(dataset.id));
    const rights: StoreRight[] = storeRights({ buckets: site.buckets, rights: hub.buckets, publishes });
    const paid = site.buckets.filter((bucket) => bucket.requesterPays).map(({ name }) => name);
    grant(scope, member, project, rights);
    if (rights.some(({ bucket }) => paid.includes(bucket.name))) payingReader(scope, project, member);
    return { annotations: podAnnotations(accountId, project) };
  }

  private expiry(scope: Construct) {
    const { federation, site } = this;
    const { project } = site;
    const account = new PodAccount(scope, "identity", {
      project,
      accountId: googleAccountId(federation, site.id, scratchExpiryName),
      description: `Expires scratch of ${site.id} in ${federation}`,
      namespace: site.servicesNamespace,
      serviceAccount: scratchExpiryName,
    });
    grant(scope, account.member, project, expiryRights(site.buckets.filter((bucket) => bucket.expireDays !== null)));
    return account;
  }

  homeMount(scope: Construct, home: ResolvedHome): HomeMount {
    if (home.kind === "efs") throw new Error(`homes ${home.id} are of AWS, and the cluster is not`);
    if (home.kind === "filestore") return filestoreMount(scope, home);
    return nfsMount(scope, this.site.id, home);
  }

  entranceAddress(scope: Construct, site: ResolvedClusterSite, services: ITerraformDependable[]): string | null {
    if (site.dns.kind !== "manual") return null;
    return loadBalancerAddress(scope, `${site.id}-traefik`, site.servicesNamespace, services);
  }

  datasetUrl({ place, path }: ResolvedDataset): string {
    return objectUrl(place, path);
  }
}

/** One that exists says itself which versions of NFS it has. */
function filestoreMount(scope: Construct, home: FilestoreHome): HomeMount {
  const share = filestoreShareOf(scope, home);
  return { kind: "nfs", ...share, version: home.existing === null ? home.nfs : "any" };
}
