import { type App, type ITerraformDependable, TerraformOutput } from "cdktf";
import { nvidiaDevicePluginValues } from "../../charts/nvidia-device-plugin";
import { charts } from "../../charts/pins";
import { corePool } from "../../charts/place";
import { prometheusValues } from "../../charts/prometheus";
import { gatewayRelease } from "../../charts/zarr-gateway/names";
import { gatewayValues } from "../../charts/zarr-gateway/values";
import { homeNamespace, privilegedNamespace } from "../../config/names";
import type { ResolvedClusterSite } from "../../config/resolve/cluster-site";
import { ingressOf } from "../../constructs/kubernetes/ingress";
import { Namespace } from "../../constructs/kubernetes/namespace";
import { definitions } from "../../constructs/kubernetes/objects/definitions";
import { imagePullers } from "../../constructs/kubernetes/objects/image-puller";
import { priorities } from "../../constructs/kubernetes/objects/priorities";
import { scratchExpiry } from "../../constructs/kubernetes/objects/scratch-expiry";
import { userScheduler } from "../../constructs/kubernetes/objects/user-scheduler";
import type { Platform, Service, ServiceContext } from "../../constructs/kubernetes/platform";
import { ChartRelease, ObjectsRelease } from "../../constructs/kubernetes/release";
import { Secrets } from "../../constructs/kubernetes/secrets";
import { frontCacheBytes } from "../gateway";
import { type FederationProps, SiteStack } from "../site-stack";
import { certificates, externalDns, traefik, zoneSecrets } from "./entrance";

export interface KubernetesServicesStackProps extends FederationProps {
  readonly site: ResolvedClusterSite;
  readonly platform: Platform;
}

/** What the hubs of a site share, in the order of installation; it goes in reverse. Further services are further entries. */
const services: readonly Service[] = [traefik, certificates, externalDns, users, gpus, zarrGateway, expiry, prometheus];

/** `<site>-services`: what is cluster-wide, once for all hubs, in a namespace of its own. */
export class KubernetesServicesStack extends SiteStack {
  private readonly first: ITerraformDependable[];
  private latest: ITerraformDependable[];

  constructor(app: App, { federation, site, platform, places }: KubernetesServicesStackProps) {
    super(app, { federation, site: site.id, part: "services", places });
    platform.configure(this);
    const namespace = new Namespace(this, "namespace", {
      name: site.servicesNamespace,
      labels: {},
      enforce: "baseline", // the charts of others do not all say what `restricted` wants
      expires: site.expires,
    });
    const expiryIdentity = expiringBuckets(site).length > 0 ? platform.identityOf(this, null) : null;
    const secrets = new Secrets(this, "secrets", {
      namespace,
      secrets: [...zoneSecrets(platform), ...(expiryIdentity?.storeKeys ? [expiryIdentity.storeKeys] : [])],
    });
    this.first = [namespace.resource, ...secrets.resources];
    this.latest = this.first;
    const context: ServiceContext = {
      scope: this,
      federation,
      site,
      platform,
      expiryIdentity,
      chart: (id, { privileged = false, dependsOn = [], ...chart }) => {
        const at = privileged ? this.privileged(site, id) : this.at(site);
        this.add(
          new ChartRelease(this, id, {
            ...chart,
            mirrors: site.mirrors,
            ...at,
            dependsOn: [...at.dependsOn, ...dependsOn],
          }),
        );
      },
      release: ({ resource }) => {
        this.latest = [...this.latest, resource];
      },
      objects: (id, objects, options = {}) => {
        const props = { name: id, objects, ...options, ...this.at(site) };
        if (objects.length > 0) this.add(new ObjectsRelease(this, id, props));
      },
    };
    for (const service of [kinds, ...platform.services, ...services]) service(context);
    this.tellAddress(site, platform);
  }

  private at({ servicesNamespace }: ResolvedClusterSite) {
    return { namespace: servicesNamespace, dependsOn: [...new Set([...this.first, ...this.latest])] };
  }

  /** A namespace for pods that reach into their nodes: nothing else is in it. */
  private privileged(site: ResolvedClusterSite, id: string) {
    const name = privilegedNamespace(site.id, id);
    const { resource } = new Namespace(this, `${id}-namespace`, {
      name,
      labels: {},
      enforce: "privileged",
      expires: null,
    });
    return { namespace: name, dependsOn: [resource, ...this.latest] };
  }

  private add({ resource }: { readonly resource: ITerraformDependable }): void {
    this.latest = [resource];
  }

  /** Where people must point host names; `isthmus status` tells them. */
  private tellAddress(site: ResolvedClusterSite, platform: Platform): void {
    const value = platform.entranceAddress(this, site, this.latest);
    if (value !== null) new TerraformOutput(this, "address", { value, staticId: true });
  }
}

function kinds({ objects }: ServiceContext): void {
  // Another site of the cluster may have brought them, also one that is gone; what anybody else brought is left out.
  objects("kinds", definitions(), { takeOwnership: true });
}

function users({ site, objects }: ServiceContext): void {
  const { mirrors } = site;
  const profiles = site.hubs.flatMap((hub) => hub.profiles);
  const imagesOf = (pool: string) =>
    profiles.filter((p) => p.sizes.some((size) => size.pool === pool)).map((p) => p.image);
  objects("users", [
    ...priorities(site.id),
    ...userScheduler({ name: site.userScheduler, namespace: site.servicesNamespace, pools: site.pools, mirrors }),
    ...imagePullers({
      namespace: site.servicesNamespace,
      pools: site.pools,
      images: Object.fromEntries(site.pools.map(({ id }) => [id, imagesOf(id)])),
      mirrors,
    }),
  ]);
}

function gpus({ site, chart }: ServiceContext): void {
  if (!site.gpuPlugin) return;
  const values = nvidiaDevicePluginValues(site.pools);
  chart("gpus", { name: `${site.id}-gpus`, chart: charts.nvidiaDevicePlugin, values, privileged: true });
}

/** The front to catalog, portal and data: without datasets of its own it serves the other two. */
function zarrGateway({ site, platform, chart }: ServiceContext): void {
  const { class: className, annotations, tlsSecret } = ingressOf(site, platform, gatewayRelease);
  chart("zarr-gateway", {
    name: gatewayRelease,
    chart: "zarr-gateway/chart",
    values: gatewayValues({
      hosts: [site.dataHost, site.domain],
      ingress: { className, annotations, tlsSecret },
      replicas: site.gateway?.replicas ?? { min: 2, max: 2 },
      cacheBytes: frontCacheBytes(site),
      pool: corePool(site.pools) ?? null,
    }),
  });
}

function expiringBuckets(site: ResolvedClusterSite) {
  return site.buckets.flatMap(({ name, purpose, expireDays }) =>
    purpose === "scratch" && expireDays !== null ? [{ name, days: expireDays }] : [],
  );
}

function expiry({ site, platform, expiryIdentity, objects }: ServiceContext): void {
  const buckets = expiringBuckets(site);
  if (buckets.length === 0) return;
  objects(
    "scratch-expiry",
    scratchExpiry({
      namespace: site.servicesNamespace,
      pools: site.pools,
      buckets,
      store: site.scheme === "gs" ? "google" : site.s3.pathStyle ? "path" : "virtual",
      environment: platform.storeEnvironment,
      annotations: expiryIdentity?.annotations ?? {},
      storeKeys: expiryIdentity?.storeKeys?.name ?? null,
      mirrors: site.mirrors,
    }),
  );
}

/** Namespaces of all that a site runs. */
function namespacesOf({ id, servicesNamespace, homes, hubs }: ResolvedClusterSite): string[] {
  const ofHomes = homes.filter((home) => home.kind === "nfs").map((home) => homeNamespace(id, home.id));
  return [servicesNamespace, ...ofHomes, ...hubs.map((hub) => hub.namespace)];
}

function prometheus({ site, platform, chart }: ServiceContext): void {
  if (site.monitoring === null) return;
  const { retentionDays, sizeBytes } = site.monitoring;
  chart("prometheus", {
    name: `${site.id}-prometheus`,
    chart: charts.prometheus,
    values: prometheusValues({
      pools: site.pools,
      retentionDays,
      sizeBytes,
      storageClass: platform.storageClass,
      namespaces: namespacesOf(site),
    }),
  });
}
