import type { FederationConfig } from "../schema/federation";
import { bytesOf } from "../schema/fields";
import type { KubernetesSiteConfig } from "../schema/site";
import { type ClusterBucket, type ResolvedHome, resolveClusterSite } from "./cluster-site";
import { resolveExistingPool } from "./pools";
import { noRegion } from "./site-base";

/** A cluster that exists: services and hubs, no machines. */
export function resolveKubernetesSite(federation: FederationConfig, site: KubernetesSiteConfig) {
  const { objectStore } = site;
  const ground = {
    provider: site.provider,
    s3: {
      endpoint: objectStore.endpoint,
      region: objectStore.region ?? noRegion,
      pathStyle: objectStore.pathStyle ?? true,
      networks: objectStore.networks ?? [],
    },
    buckets: Object.entries(site.lake?.buckets ?? {}).map(([id, bucket]) => resolveBucket(id, bucket)),
    pools: Object.entries(site.cluster.pools).map(([id, pool]) => resolveExistingPool(id, pool)),
    homes: Object.entries(site.homes ?? {}).map(([id, home]) => resolveHome(id, home, site)),
    dns: site.dns ?? { kind: "manual" as const },
    mirrors: {},
  };
  return {
    ...resolveClusterSite(federation, site, ground),
    provider: site.provider,
    kubeconfig: { context: site.kubeconfig.context, path: site.kubeconfig.path ?? null },
    /** Null: the cluster's default class. */
    storageClass: site.storageClass ?? null,
    /** Null: no other cloud may ask it. */
    tokenIssuer: site.cluster.tokenIssuer ?? null,
    /** Where the keys that all users of the site share are found. */
    storeKeys: { accessKey: objectStore.accessKey, secretKey: objectStore.secretKey },
  };
}

export type ResolvedKubernetesSite = ReturnType<typeof resolveKubernetesSite>;

type BucketConfig = NonNullable<KubernetesSiteConfig["lake"]>["buckets"][string];

/** A bucket that exists. Its stores expire only where that is written: it may hold what nobody here knows of. */
function resolveBucket(id: string, bucket: BucketConfig): ClusterBucket {
  const asked = bucket.expire === undefined || bucket.expire === "none" ? null : bucket.expire.days;
  return {
    id,
    name: bucket.existing,
    purpose: bucket.purpose,
    public: bucket.public ?? false,
    existing: true,
    expireAsked: asked,
    expireDays: asked,
  };
}

type HomeConfig = NonNullable<KubernetesSiteConfig["homes"]>[string];

function resolveHome(id: string, home: HomeConfig, site: KubernetesSiteConfig): ResolvedHome {
  if (home.kind === "export") return { id, kind: home.kind, server: home.server, path: home.path };
  return {
    id,
    kind: "nfs",
    sizeBytes: bytesOf(home.size),
    quotaBytes: bytesOf(home.quota),
    storageClass: home.storageClass ?? site.storageClass ?? null,
    nodes: home.nodes ?? null,
    disk: null,
  };
}
