import { hubHost, type Mirrors, mirrored, namespaceName, releaseName } from "../names";
import { bytesOf } from "../schema/fields";
import type { ClusterHubConfig } from "../schema/site";
import { type HubSurroundings, resolveDaskLimits, resolveHubBase, resolveProfileBase } from "./hub-base";
import type { ResolvedPool } from "./pools";
import { notebookSizes, workerSizes } from "./sizes";

/** What a hub on Kubernetes needs to know of its site beside. */
export interface ClusterSurroundings extends HubSurroundings {
  readonly domain: string;
  readonly pools: readonly ResolvedPool[];
  /** Ids of the site's home file systems. */
  readonly homes: readonly string[];
  readonly mirrors: Mirrors;
}

/** Memory of a hub's database disk. */
const databaseBytes = 2 ** 30;

/** One hub on Kubernetes with every default, name and URL present, whichever cloud the cluster is of. */
export function resolveClusterHub(id: string, hub: ClusterHubConfig, at: ClusterSurroundings) {
  const auth = hub.auth ?? { kind: "federation" as const };
  const host = hubHost(id, at.domain);
  const base = resolveHubBase(id, hub, auth, at);
  const anonymous = at.buckets.filter((b) => b.public).map((b) => b.id);
  return {
    ...base,
    /** Whether its users need keys of the store: what is public is read without. */
    storeKeys: base.publishes.length > 0 || base.buckets.some((b) => b.right === "write" || !anonymous.includes(b.id)),
    host,
    url: `https://${host}/`,
    namespace: namespaceName(at.site, id),
    releases: { jupyterhub: releaseName(id, "jupyterhub"), daskGateway: releaseName(id, "dask-gateway") },
    auth,
    allow: hub.allow === "everyone" ? ({ everyone: true } as const) : listsOf(hub.allow),
    admins: hub.admins ?? [],
    /** A key of the site's homes; null: files go with the server. */
    home: hub.home === "none" ? null : (hub.home ?? (at.homes.length === 1 ? (at.homes[0] ?? null) : null)),
    /** `home` as written, which the rules check. */
    homeTold: hub.home ?? null,
    content: {
      git: hub.content?.git ?? null,
      branch: hub.content?.branch ?? null,
      saveTo: hub.content?.saveTo ?? null,
    },
    profiles: Object.entries(hub.profiles).map(([name, p]) => resolveProfile(name, p, hub, at)),
    dask: resolveDask(hub.dask, at.pools),
    /** Dask was asked for, which the rules check: a site without a dask pool has none by default. */
    daskTold: typeof hub.dask === "object",
    placeholders: hub.placeholders?.users ?? 0,
    namedServers: hub.namedServers ?? 0,
    databaseBytes: hub.database === undefined ? databaseBytes : bytesOf(hub.database),
  };
}

export type ResolvedClusterHub = ReturnType<typeof resolveClusterHub>;
export type ResolvedClusterProfile = ResolvedClusterHub["profiles"][number];
export type ResolvedClusterDask = NonNullable<ResolvedClusterHub["dask"]>;

function listsOf({ idps, groups, users, domains, orgs, teams }: Exclude<ClusterHubConfig["allow"], "everyone">) {
  return {
    ...{ idps: idps ?? [], groups: groups ?? [], users: users ?? [] },
    ...{ domains: domains ?? [], orgs: orgs ?? [], teams: teams ?? [] },
  };
}

function resolveProfile(
  id: string,
  profile: ClusterHubConfig["profiles"][string],
  hub: ClusterHubConfig,
  { pools, mirrors }: ClusterSurroundings,
) {
  const { groups, teams, users } = profile.allow ?? {};
  return {
    ...resolveProfileBase(id, profile, hub),
    /** As nodes ask for it. */
    image: mirrored(profile.image, mirrors),
    /** As it is written, for people. */
    imageTold: profile.image,
    /** Patterns of images that users may name instead, `*` for any characters; empty: none. */
    otherImages: profile.otherImages ?? [],
    /** To choose from; the first is the default. */
    sizes: notebookSizes(profile, pools),
    gpu: profile.gpu ?? 0,
    environment: { ...profile.environment } as Record<string, string>,
    /** Who may take it; null: all of the hub. */
    allow: profile.allow ? { groups: groups ?? [], teams: teams ?? [], users: users ?? [] } : null,
  };
}

/** What a scheduler is promised. 2i2c's limit of 1 core and 1 GiB was too small for large graphs (their issue 3343). */
const scheduler = { cores: 0.5, memory: "2Gi" } as const;

function resolveDask(dask: ClusterHubConfig["dask"], pools: readonly ResolvedPool[]) {
  const own = pools.filter((pool) => pool.for === "dask");
  if (dask === "none" || own.length === 0) return null;
  const caps = resolveDaskLimits(dask ?? {}, "kubernetes");
  const sizes = workerSizes(own, caps.limits.cluster);
  return {
    ...caps,
    /** Worker sizes to choose from, the smallest first. */
    sizes,
    /** The size of a worker unless a user asks for another: the smallest with two threads, or what there is. */
    worker: sizes.find((size) => size.threads >= 2) ?? sizes.at(-1) ?? null,
    scheduler: {
      cores: dask?.scheduler?.cores ?? scheduler.cores,
      memoryBytes: bytesOf(dask?.scheduler?.memory ?? scheduler.memory),
    },
  };
}
