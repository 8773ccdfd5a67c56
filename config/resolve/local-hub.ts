import { hubPath } from "../names";
import { bytesOf } from "../schema/fields";
import type { LocalHubConfig } from "../schema/site";
import { type HubSurroundings, resolveDaskLimits, resolveHubBase, resolveProfileBase } from "./hub-base";

/** What a hub that shares its host with others needs to know beside. */
export interface LocalSurroundings extends HubSurroundings {
  readonly url: string;
  /** Of the site's front. */
  readonly port: number;
}

/** One hub of a machine that is there, with every default, name and URL present. */
export function resolveLocalHub(id: string, hub: LocalHubConfig, at: LocalSurroundings) {
  const auth = { kind: hub.auth?.kind ?? ("sharedPassword" as const) };
  const path = hubPath(at.site, id, at.port);
  return {
    ...resolveHubBase(id, hub, auth, at),
    path,
    url: at.url + path,
    auth,
    allow: hub.allow === "everyone" ? ({ everyone: true } as const) : { users: hub.allow.users },
    admins: hub.admins ?? ["admin"],
    ports: hubPorts(hub.ports),
    profiles: Object.entries(hub.profiles).map(([name, p]) => resolveProfile(name, p, hub)),
    dask: hub.dask === "none" ? null : resolveDask(hub.dask ?? {}),
  };
}

export type ResolvedLocalHub = ReturnType<typeof resolveLocalHub>;

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

function resolveProfile(id: string, profile: LocalHubConfig["profiles"][string], hub: LocalHubConfig) {
  const memoryBytes = bytesOf(profile.memory);
  const threads = String(Math.max(1, Math.floor(profile.cores)));
  return {
    ...resolveProfileBase(id, profile, hub),
    cores: profile.cores,
    memoryBytes,
    environment: {
      CPU_LIMIT: String(profile.cores),
      MEM_LIMIT: String(memoryBytes),
      OMP_NUM_THREADS: threads,
      NUMBA_NUM_THREADS: threads,
      ...profile.environment,
    } as Record<string, string>,
  };
}

function resolveDask(dask: Exclude<LocalHubConfig["dask"], "none" | undefined>) {
  return {
    worker: { cores: dask.worker?.cores ?? 1, memoryBytes: bytesOf(dask.worker?.memory ?? "2Gi") },
    ...resolveDaskLimits(dask, "local"),
  };
}
