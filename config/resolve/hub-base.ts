import { bucketVariable } from "../names";
import { expiryInstant } from "../schema/dates";
import { bytesOf } from "../schema/fields";
import type { DaskLimitsConfig, HubBaseConfig, ProfileBaseConfig } from "../schema/hub";
import { daskDefaults } from "../schema/hub";
import { audienceOf, isForHubsOf } from "./audience";
import type { ResolvedDataset } from "./lake";

/** A bucket as hubs see it. */
export interface HubBucket {
  readonly id: string;
  readonly name: string;
  readonly purpose: "scratch" | "persistent" | "library";
  readonly public: boolean;
}

/** What a hub needs to know of the site it stands in, on every provider. */
export interface HubSurroundings {
  readonly federation: string;
  readonly site: string;
  readonly institution: string;
  readonly timezone: string;
  readonly catalog: string;
  readonly buckets: readonly HubBucket[];
  readonly datasets: readonly ResolvedDataset[];
  /**
   * Whether people of hubs that sign in by themselves have their files below the hub's id: two of one name at two hubs are two people,
   * and a hub's role ends there. Those of the federation's have one prefix at all hubs.
   */
  readonly ownPrefix?: boolean;
  /** Whether people have buckets of their own in place of a part of a scratch bucket. Default false. */
  readonly ownBuckets?: boolean;
  /** Hubs of the federation's people read buckets of other accounts whose readers pay. Default false. */
  readonly readsRequesterPays?: boolean;
  /** How clients of the site's store spell where an object is. Default `s3`. */
  readonly scheme?: "gs";
}

export type Right = "read" | "write" | "none";

/** Whether a hub's people are the federation's (institution, claim). Nobody of it vouches for those of other sign-ins, so they read public data only. */
export function signsInByFederation(hub: { readonly auth: { readonly kind: string } }): boolean {
  return hub.auth.kind === "federation";
}

/** A library that is not public is read by those hubs of the site that its datasets are for. */
function defaultRight(bucket: HubBucket, auth: { readonly kind: string }, at: HubSurroundings): Right {
  if (bucket.purpose !== "library") return "write";
  if (bucket.public) return "read";
  const audience = audienceOf(bucket, at.datasets);
  return signsInByFederation({ auth }) && (audience === null || isForHubsOf(audience, at.site)) ? "read" : "none";
}

/**
 * What every hub has, with defaults: chart values and HPC files only spell it. Its environment is the same in notebooks,
 * Dask schedulers and workers, and at every site.
 */
export function resolveHubBase(id: string, hub: HubBaseConfig, auth: { readonly kind: string }, at: HubSurroundings) {
  const prefix = at.ownPrefix && !signsInByFederation({ auth }) ? `${id}/` : "";
  const rights = at.buckets.map((bucket) =>
    bucketRight(bucket, hub.buckets?.[bucket.id] ?? defaultRight(bucket, auth, at), prefix, at),
  );
  const usable = rights.filter((b) => b.right !== "none");
  const published = at.datasets.filter((d) => d.publishers.includes(id));
  return {
    id,
    title: hub.title ?? `${at.institution}: ${id}`,
    expires: hub.expires === undefined ? null : expiryInstant(hub.expires, at.timezone),
    cull: {
      idleSeconds: (hub.cull?.idleMinutes ?? 60) * 60,
      maxAgeSeconds: (hub.cull?.maxAgeHours ?? 168) * 3600,
    },
    defaultProfile: hub.defaultProfile,
    buckets: usable,
    /** `buckets` as written, which the rules check. */
    rightsTold: { ...hub.buckets },
    publishes: published.map((d) => d.id),
    environment: {
      ...environmentOf(usable, published, at),
      // To GDAL. Others want to be told for each store, as the catalog does: a client that speaks of itself would pay unasked.
      ...(at.readsRequesterPays && signsInByFederation({ auth }) ? { AWS_REQUEST_PAYER: "requester" } : {}),
    },
  };
}

function bucketRight(bucket: HubBucket, right: Right, prefix: string, at: HubSurroundings) {
  return {
    id: bucket.id,
    name: bucket.name,
    right,
    /** Below this users have prefixes of their own, `{user}`; empty for all of the bucket. A library has none. */
    prefix: bucket.purpose === "library" ? "" : prefix,
    perUser: bucket.purpose !== "library",
    /** A user's part of it is a bucket itself. */
    own: bucket.purpose === "scratch" && at.ownBuckets === true,
  };
}

/** What every profile has, on every provider. */
export function resolveProfileBase(
  id: string,
  profile: ProfileBaseConfig,
  hub: { readonly defaultProfile: string; readonly dask?: object | "none" | undefined },
) {
  return {
    id,
    title: profile.title,
    description: profile.description ?? "",
    default: id === hub.defaultProfile,
    url: profile.url ?? "/lab",
    dask: hub.dask !== "none" && profile.dask !== "none",
  };
}

/** Caps and times of a Dask Gateway, with a provider's defaults. */
export function resolveDaskLimits(
  dask: { readonly limits?: DaskLimitsConfig | undefined; readonly idleMinutes?: number | undefined },
  provider: keyof typeof daskDefaults,
) {
  const defaults = daskDefaults[provider];
  const { cluster, user, hub } = dask.limits ?? {};
  return {
    limits: {
      cluster: {
        cores: cluster?.cores ?? defaults.cluster.cores,
        memoryBytes: bytesOf(cluster?.memory ?? defaults.cluster.memory),
        workers: cluster?.workers ?? defaults.cluster.workers,
      },
      user: { clusters: user?.clusters ?? defaults.user.clusters, cores: user?.cores ?? defaults.user.cores },
      hub: { cores: hub?.cores ?? defaults.hub.cores },
    },
    idleSeconds: (dask.idleMinutes ?? 30) * 60,
  };
}

type UsableBucket = ReturnType<typeof bucketRight>;

/** GDAL over HTTP as the Planetary Computer Hub had it: no listing beside each file, joined ranges, a few tries. */
const gdal = {
  GDAL_DISABLE_READDIR_ON_OPEN: "EMPTY_DIR",
  GDAL_HTTP_MERGE_CONSECUTIVE_RANGES: "YES",
  GDAL_HTTP_MAX_RETRY: "5",
  GDAL_HTTP_RETRY_DELAY: "3",
} as const;

/** Requests in flight of one read, as Earthmover's benchmark of stores had them (2025-11); zarr's own default is 10. */
const zarr = { ZARR_ASYNC__CONCURRENCY: "128" } as const;

/** `{user}` stands for the user's prefix, `{own:BUCKET}` for the user's own bucket of one: both are filled in when a server starts. */
function environmentOf(usable: readonly UsableBucket[], published: readonly ResolvedDataset[], at: HubSurroundings) {
  const environment: Record<string, string> = {
    ISTHMUS_FEDERATION: at.federation,
    ISTHMUS_SITE: at.site,
    ISTHMUS_CATALOG: at.catalog,
  };
  const uri = ({ name }: { readonly name: string }) => `${at.scheme ?? "s3"}://${name}`;
  const placeOf = (bucket: UsableBucket) => {
    if (bucket.own) return uri({ name: `{own:${bucket.name}}` });
    return `${uri(bucket)}${bucket.perUser ? `/${bucket.prefix}{user}` : ""}`;
  };
  for (const bucket of usable) environment[bucketVariable(bucket.id)] = placeOf(bucket);
  const scratch = usable.find((b) => b.id === "scratch");
  if (scratch) {
    environment.PANGEO_SCRATCH = placeOf(scratch);
    // Older images build PANGEO_SCRATCH themselves from the prefix and the user's name.
    if (!scratch.own) environment.PANGEO_SCRATCH_PREFIX = `${uri(scratch)}/${scratch.prefix}`.replace(/\/$/, "");
  }
  Object.assign(environment, gdal, zarr);
  if (published.length > 0)
    environment.ISTHMUS_PUBLISH = JSON.stringify(Object.fromEntries(published.map((d) => [d.id, d.uri])));
  return environment;
}
