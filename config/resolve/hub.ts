import { bucketVariable, hubPath } from "../names";
import { expiryInstant } from "../schema/dates";
import { bytesOf } from "../schema/fields";
import type { HubConfig } from "../schema/site";
import type { ResolvedBucket, ResolvedDataset } from "./lake";

/** What a hub needs to know of the site it stands in. */
export interface HubSurroundings {
  readonly federation: string;
  readonly site: string;
  readonly institution: string;
  readonly timezone: string;
  readonly url: string;
  /** Of the site's front. */
  readonly port: number;
  readonly catalog: string;
  readonly buckets: readonly ResolvedBucket[];
  readonly datasets: readonly ResolvedDataset[];
}

export type Right = "read" | "write" | "none";

/** Sign-ins that a site makes up for itself: nobody vouches for these people, so they read public data only. */
const localSignIns: readonly string[] = ["sharedPassword", "tmp"];

/** Whether a hub's people are the federation's (institution, claim). */
export function signsInByFederation(hub: { readonly auth: { readonly kind: string } }): boolean {
  return !localSignIns.includes(hub.auth.kind);
}

function defaultRight(bucket: ResolvedBucket, auth: { readonly kind: string }): Right {
  if (bucket.purpose !== "library") return "write";
  return bucket.public || signsInByFederation({ auth }) ? "read" : "none";
}

/**
 * One hub with every default, name and URL present: what chart values and HPC files only spell.
 * Its environment is the same in notebooks, Dask schedulers and workers.
 */
export function resolveHub(id: string, hub: HubConfig, at: HubSurroundings) {
  const auth = { kind: hub.auth?.kind ?? ("sharedPassword" as const) };
  const rights = at.buckets.map((bucket) => bucketRight(bucket, hub.buckets?.[bucket.id], auth));
  const usable = rights.filter((b) => b.right !== "none");
  const published = at.datasets.filter((d) => d.publishers.includes(id));
  return {
    id,
    title: hub.title ?? `${at.institution}: ${id}`,
    path: hubPath(at.site, id, at.port),
    url: at.url + hubPath(at.site, id, at.port),
    expires: hub.expires === undefined ? null : expiryInstant(hub.expires, at.timezone),
    auth,
    allow: hub.allow === "everyone" ? ({ everyone: true } as const) : { users: hub.allow.users },
    admins: hub.admins ?? ["admin"],
    ports: hubPorts(hub.ports),
    cull: {
      idleSeconds: (hub.cull?.idleMinutes ?? 60) * 60,
      maxAgeSeconds: (hub.cull?.maxAgeHours ?? 168) * 3600,
    },
    defaultProfile: hub.defaultProfile,
    profiles: Object.entries(hub.profiles).map(([name, p]) => resolveProfile(name, p, hub)),
    dask: hub.dask === "none" ? null : resolveDask(hub.dask ?? {}),
    buckets: usable,
    /** `buckets` as written, which the rules check. */
    rightsTold: { ...hub.buckets },
    publishes: published.map((d) => d.id),
    environment: environmentOf(usable, published, at),
  };
}

export type ResolvedHub = ReturnType<typeof resolveHub>;

/** The ten ports of a hub from its first; the last four are kept for programs to come. */
function hubPorts(first: number) {
  return {
    first,
    proxy: first,
    proxyApi: first + 1,
    hub: first + 2,
    dask: first + 3,
    daskTcp: first + 4,
    daskApi: first + 5,
  };
}

function bucketRight(bucket: ResolvedBucket, told: Right | undefined, auth: { readonly kind: string }) {
  return {
    id: bucket.id,
    name: bucket.name,
    right: told ?? defaultRight(bucket, auth),
    /** Users write below their own prefix; a library has none. */
    perUser: bucket.purpose !== "library",
  };
}

function resolveProfile(id: string, profile: HubConfig["profiles"][string], hub: HubConfig) {
  const memoryBytes = bytesOf(profile.memory);
  const threads = String(Math.max(1, Math.floor(profile.cores)));
  return {
    id,
    title: profile.title,
    description: profile.description ?? "",
    default: id === hub.defaultProfile,
    cores: profile.cores,
    memoryBytes,
    url: profile.url ?? "/lab",
    dask: hub.dask !== "none" && profile.dask !== "none",
    environment: {
      CPU_LIMIT: String(profile.cores),
      MEM_LIMIT: String(memoryBytes),
      OMP_NUM_THREADS: threads,
      NUMBA_NUM_THREADS: threads,
      ...profile.environment,
    } as Record<string, string>,
  };
}

function resolveDask(dask: Exclude<HubConfig["dask"], "none" | undefined>) {
  const { cluster, user, hub } = dask.limits ?? {};
  return {
    worker: { cores: dask.worker?.cores ?? 1, memoryBytes: bytesOf(dask.worker?.memory ?? "2Gi") },
    limits: {
      cluster: {
        cores: cluster?.cores ?? 4,
        memoryBytes: bytesOf(cluster?.memory ?? "8Gi"),
        workers: cluster?.workers ?? 4,
      },
      user: { clusters: user?.clusters ?? 2, cores: user?.cores ?? 8 },
      hub: { cores: hub?.cores ?? 16 },
    },
    idleSeconds: (dask.idleMinutes ?? 30) * 60,
  };
}

type UsableBucket = ReturnType<typeof bucketRight>;

/** `{user}` stands for the user's prefix and is filled in when a server starts. */
function environmentOf(usable: readonly UsableBucket[], published: readonly ResolvedDataset[], at: HubSurroundings) {
  const environment: Record<string, string> = {
    ISTHMUS_FEDERATION: at.federation,
    ISTHMUS_SITE: at.site,
    ISTHMUS_CATALOG: at.catalog,
  };
  for (const bucket of usable)
    environment[bucketVariable(bucket.id)] = `s3://${bucket.name}${bucket.perUser ? "/{user}" : ""}`;
  const scratch = usable.find((b) => b.id === "scratch");
  if (scratch) {
    // Older images build PANGEO_SCRATCH themselves from the prefix and the user's name.
    environment.PANGEO_SCRATCH = `s3://${scratch.name}/{user}`;
    environment.PANGEO_SCRATCH_PREFIX = `s3://${scratch.name}`;
  }
  if (published.length > 0)
    environment.ISTHMUS_PUBLISH = JSON.stringify(Object.fromEntries(published.map((d) => [d.id, d.s3])));
  return environment;
}
