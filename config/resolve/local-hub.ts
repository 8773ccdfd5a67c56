import { bucketVariable, hubPath } from "../names";
import { bytesOf } from "../schema/fields";
import type { LocalHubConfig } from "../schema/site";
import { daskJob, type HpcSchedulerConfig, jobKeysIn, notebookJob } from "./batch";
import { type HubSurroundings, resolveDaskLimits, resolveHubBase, resolveProfileBase } from "./hub-base";
import type { ResolvedBucket } from "./lake";

/** What a hub that shares its host with others needs to know beside. */
export interface LocalSurroundings extends HubSurroundings {
  readonly url: string;
  /** Of the site's front. */
  readonly port: number;
  readonly scheduler: HpcSchedulerConfig;
  readonly buckets: readonly ResolvedBucket[];
}

/** One hub of a machine that is there, with every default, name and URL present. */
export function resolveLocalHub(id: string, hub: LocalHubConfig, at: LocalSurroundings) {
  const { scheduler } = at;
  const auth = resolveAuth(hub.auth, scheduler);
  const path = hubPath(at.site, id, at.port);
  const base = resolveHubBase(id, hub, auth, at);
  const jobs = [
    ...Object.entries(hub.profiles).map(([name, job]) => ({ path: ["profiles", name], job })),
    ...(hub.dask === "none" || hub.dask === undefined ? [] : [{ path: ["dask"], job: hub.dask }]),
  ];
  return {
    ...base,
    /** What people are told of the scratch buckets that they use: when their files go, and by whom. */
    scratch: at.buckets
      .filter((b) => b.purpose === "scratch" && base.buckets.some(({ id }) => id === b.id))
      .filter((b) => b.centreExpires || b.expireDays !== null)
      .map((b) => ({ variable: bucketVariable(b.id), days: b.expireDays })),
    path,
    url: at.url + path,
    auth,
    allow:
      hub.allow === "everyone"
        ? ({ everyone: true } as const)
        : { users: hub.allow.users ?? [], ...(hub.allow.unixGroups ? { unixGroups: hub.allow.unixGroups } : {}) },
    admins: hub.admins ?? (auth.kind === "sharedPassword" ? ["admin"] : []),
    ports: hubPorts(hub.ports),
    profiles: Object.entries(hub.profiles).map(([name, p]) => resolveProfile(name, p, hub, scheduler)),
    dask: hub.dask === "none" ? null : resolveDask(hub.dask ?? {}, scheduler),
    /** Where keys of jobs are written, and options as they stand there, which the rules check. */
    jobKeys: jobs.flatMap(({ path, job }) => [
      ...jobKeysIn(job).map((key) => [...path, key]),
      ...(job.gpu?.type === undefined ? [] : [[...path, "gpu", "type"]]),
      ...("staging" in job ? [[...path, "staging"]] : []),
    ]),
    directives: jobs.map(({ path, job }) => ({ path: [...path, "directives"], values: job.directives ?? [] })),
  };
}

const pamService = "login";
const lowestUid = 1000;

/** People of a batch system's users have accounts there; a machine of one's own has none for others. */
function resolveAuth(auth: LocalHubConfig["auth"], scheduler: HpcSchedulerConfig) {
  const kind = auth?.kind ?? (scheduler.kind === "local" ? "sharedPassword" : "pam");
  if (kind === "sharedPassword") return { kind } as const;
  if (auth?.kind === "federation") {
    const { secretFile, clientId = null, accounts = {}, link, minimumUid = lowestUid } = auth;
    const asked = link && { service: link.service ?? pamService };
    return { kind: "federation", secretFile, clientId, accounts: { ...accounts }, ...asked, minimumUid } as const;
  }
  const told = auth?.kind === "pam" ? auth : undefined;
  return { kind: "pam", service: told?.service ?? pamService, minimumUid: told?.minimumUid ?? lowestUid } as const;
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

function resolveProfile(
  id: string,
  profile: LocalHubConfig["profiles"][string],
  hub: LocalHubConfig,
  scheduler: HpcSchedulerConfig,
) {
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
    ...notebookJob(scheduler, profile, profile.cores, memoryBytes),
  };
}

function resolveDask(dask: Exclude<LocalHubConfig["dask"], "none" | undefined>, scheduler: HpcSchedulerConfig) {
  return {
    worker: { cores: dask.worker?.cores ?? 1, memoryBytes: bytesOf(dask.worker?.memory ?? "2Gi") },
    ...resolveDaskLimits(dask, scheduler.kind === "local" ? "local" : "kubernetes"),
    ...daskJob(scheduler, dask),
    ...(dask.staging === undefined ? {} : { staging: dask.staging }),
  };
}
