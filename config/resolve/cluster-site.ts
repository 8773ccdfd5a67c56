import type { FilestoreTier } from "../machines/filestore";
import { dataHost, type Mirrors, namespaceName, userSchedulerName } from "../names";
import type { FederationConfig } from "../schema/federation";
import { bytesOf } from "../schema/fields";
import type { ClusterSiteConfig, KubernetesSiteConfig } from "../schema/site";
import { acmeAuthority } from "./acme";
import { resolveClusterHub } from "./cluster-hub";
import type { HubBucket } from "./hub-base";
import { datasetEntries, placeIn, resolveDataset } from "./lake";
import type { ResolvedPool } from "./pools";
import { siteBase } from "./site-base";

/** A bucket of a site that stands on a cluster. */
export interface ClusterBucket extends HubBucket {
  readonly existing: boolean;
  /** Days of `expire` as written, whatever the purpose; a rule wants it on scratch only. */
  readonly expireAsked: number | null;
  /** Days after its newest write that a store goes; null: never. */
  readonly expireDays: number | null;
}

/** Who makes the site's host names. */
export type ResolvedDns =
  | { readonly kind: "manual" }
  /** A hosted zone of Route 53. */
  | { readonly kind: "route53"; readonly zone: string }
  /** A zone of Cloud DNS by its name, which is not its domain. */
  | { readonly kind: "cloudDns"; readonly zone: string }
  | Extract<NonNullable<KubernetesSiteConfig["dns"]>, { kind: "rfc2136" }>;

/** A disk of a cloud that outlives the cluster. */
export interface KeptDisk {
  readonly name: string;
  /** Id of one that is there; null: it is made. */
  readonly existing: string | null;
  readonly zone: string;
  /** Days that each night's snapshot is kept; null: there is none. */
  readonly snapshotDays: number | null;
  /** Keys that only a disk which is made can have, as written: a rule refuses them on others. */
  readonly madeOnly: readonly string[];
}

/** A home file system, whoever runs its server. */
export type ResolvedHome =
  | {
      readonly id: string;
      /** A server in the cluster on one disk. */
      readonly kind: "nfs";
      readonly sizeBytes: number;
      readonly quotaBytes: number;
      /** Of the disk, which the cluster makes; null: not said, which a rule refuses where no stack makes the disk. */
      readonly storageClass: string | null;
      /** Addresses of nodes, which mount; null: not known, and any pod may mount. */
      readonly nodes: readonly string[] | null;
      /** The disk that a stack of its own keeps; null: the cluster makes one by the storage class. */
      readonly disk: KeptDisk | null;
    }
  | {
      readonly id: string;
      /** A file system of AWS, which has no quota. */
      readonly kind: "efs";
      readonly name: string;
      /** Id of one that is there; null: it is made. */
      readonly existing: string | null;
      /** Days without a read after which a file goes to the cheaper class; null: never. */
      readonly coldAfterDays: number | null;
      readonly backups: boolean;
      /** Keys that only one which is made can have, as written: a rule refuses them on others. */
      readonly madeOnly: readonly string[];
    }
  | {
      readonly id: string;
      /** A file system of Google, which has no quota. */
      readonly kind: "filestore";
      readonly name: string;
      /** Name of one that is there; null: it is made. */
      readonly existing: string | null;
      readonly tier: FilestoreTier;
      /** Version of the protocol by which one that is made is mounted. */
      readonly nfs: "3" | "4.1";
      /** Its zone, or the region. */
      readonly location: string;
      readonly sizeBytes: number;
      /** Addresses of nodes, which mount; null: not told. */
      readonly nodes: readonly string[] | null;
      readonly backups: boolean;
      /** Google refuses to remove it; null: of its tier it protects none. */
      readonly protect: boolean | null;
      /** Keys that only one which is made can have, as written: a rule refuses them on others. */
      readonly madeOnly: readonly string[];
    }
  | {
      readonly id: string;
      /** An export that somebody else runs. */
      readonly kind: "export";
      readonly server: string;
      readonly path: string;
    };

/** Whether a home file system is made by a stack of the site, and kept. */
export function isMade(home: ResolvedHome): boolean {
  if (home.kind === "nfs") return (home.disk?.existing ?? null) === null;
  return home.kind !== "export" && home.existing === null;
}

/** Whether backups of it are taken by the clock, which lie in a vault of the site. */
export function isBackedUp(home: ResolvedHome): boolean {
  return home.kind === "filestore" && isMade(home) && home.backups;
}

/** What a site has of its own kind of cluster and store. */
export interface ClusterGround {
  readonly provider: "kubernetes" | "aws" | "google";
  /** The store of the lake, as its clients reach it. */
  readonly s3: {
    readonly endpoint: string;
    readonly region: string;
    readonly pathStyle: boolean;
    /** Private networks (CIDR) where it is; empty: its address is public. */
    readonly networks: readonly string[];
  };
  /** How clients of the store spell where an object is. Default `s3`. */
  readonly scheme?: "gs";
  readonly buckets: readonly ClusterBucket[];
  readonly pools: readonly ResolvedPool[];
  readonly homes: readonly ResolvedHome[];
  readonly dns: ResolvedDns;
  /** Registries whose images come from elsewhere. */
  readonly mirrors: Mirrors;
  /** Hubs of the federation's people read buckets of other accounts whose readers pay. Default false. */
  readonly readsRequesterPays?: boolean;
}

/** Where a cache of names on each node answers unless told: NodeLocal DNS. */
const nodeNameServers = ["169.254.20.10/32"];

/** A site that stands on Kubernetes, whichever cloud the cluster is of: what its services and hubs are made from. */
export function resolveClusterSite(federation: FederationConfig, site: ClusterSiteConfig, ground: ClusterGround) {
  const base = siteBase(site);
  const data = dataHost(site.domain);
  const dataUrl = `https://${data}`;
  const { s3, buckets, pools, homes } = ground;
  const gateway = site.zarrGateway === "none" ? null : { site: site.site, url: dataUrl };
  const { networks: _, ...address } = s3;
  const spelled = ground.scheme ? { scheme: ground.scheme } : {};
  const place = { ...address, ...spelled };
  const datasets = datasetEntries(site).map(([id, d]) => {
    return resolveDataset(site.site, id, d, placeIn(buckets, d.bucket, place), gateway);
  });
  const catalog = `${dataUrl}/stac/catalog.json`;
  const at = {
    ...{ federation: federation.federation, site: site.site, ...base, catalog, buckets, datasets },
    ...spelled,
    ownPrefix: ground.provider !== "kubernetes",
    readsRequesterPays: ground.readsRequesterPays ?? false,
    ...{ domain: site.domain, pools, homes: homes.map((home) => home.id), mirrors: ground.mirrors },
  };
  return {
    ...base,
    ...ground,
    domain: site.domain,
    /** The portal. */
    url: `https://${site.domain}`,
    dataHost: data,
    /** Of catalog and data, an origin of its own. */
    dataUrl,
    catalog,
    /** Of what the hubs share. */
    servicesNamespace: namespaceName(site.site, "services"),
    userScheduler: userSchedulerName(site.site),
    tls: resolveTls(federation, site),
    /** A class that the cluster has; null: Traefik is installed. */
    ingressClass: site.ingress?.class ?? null,
    /** Pods of that class; null: not said. */
    ingressPods: site.ingress?.pods ?? null,
    /** Private networks (CIDR) where the address of the ingress is. */
    ingressNetworks: site.ingress?.networks ?? [],
    /** Addresses (CIDR) of name servers beside the cluster's own pods. */
    nameServers: site.cluster.nameServers ?? nodeNameServers,
    datasets,
    gpuPlugin: site.cluster.gpuPlugin !== "none" && pools.some((pool) => pool.gpus > 0),
    hubs: Object.entries(site.hubs ?? {}).map(([id, hub]) => resolveClusterHub(id, hub, at)),
    gateway: site.zarrGateway === "none" ? null : resolveGateway(site.zarrGateway ?? {}),
    monitoring:
      site.monitoring === "none"
        ? null
        : {
            retentionDays: site.monitoring?.retentionDays ?? 90,
            sizeBytes: bytesOf(site.monitoring?.size ?? "50Gi"),
          },
  };
}

/** What every site on Kubernetes has; `services` and `hub` stacks know no more of it. */
export type ResolvedClusterSite = ReturnType<typeof resolveClusterSite>;

/** What is not said follows what is. */
function replicasOf({ min, max }: { readonly min?: number | undefined; readonly max?: number | undefined }) {
  return { min: min ?? Math.min(2, max ?? 2), max: max ?? Math.max(6, min ?? 6) };
}

function resolveGateway(gateway: Exclude<ClusterSiteConfig["zarrGateway"], "none" | undefined>) {
  return {
    cacheBytes: bytesOf(gateway.cache ?? "10Gi"),
    replicas: replicasOf(gateway.replicas ?? {}),
  };
}

function resolveTls({ contact }: FederationConfig, { tls }: ClusterSiteConfig) {
  if (tls && tls.kind !== "acme") return tls;
  return { kind: "acme", ...acmeAuthority(contact, tls) } as const;
}
