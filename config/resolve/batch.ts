import { type JobConfig, jobKeys } from "../schema/job-keys";
import type { HpcSiteConfig } from "../schema/site";
import { pbsChunk, pbsOptions, pbsSelect } from "./pbs-options";
import { slurmOptions, slurmSizes } from "./slurm-options";

export type HpcSchedulerConfig = HpcSiteConfig["scheduler"];

/** What programs of a site need to know of its batch system. */
export interface ResolvedBatch {
  readonly kind: "slurm" | "pbs";
  /** Where jobs find the site's programs. */
  readonly address: string;
  /** Ports of notebooks on compute nodes; null for any. */
  readonly notebookPorts: readonly [number, number] | null;
  /** Whether hub and notebooks speak TLS, and jobs ask the site's https address. */
  readonly encrypt: boolean;
  /** Lines of bash that run first in every job. */
  readonly prologue: readonly string[];
  /** Whether jobs ask for cores and memory. */
  readonly requestSizes: boolean;
  readonly startSeconds: number;
  /** Whether users choose the account of their jobs where none is written. */
  readonly chooseAccount: boolean;
  /** What names of all jobs of the site's hubs start with: `<federation>-<site>-`. */
  readonly jobPrefix: string;
  /** The account that runs the batch system's commands as users by sudo; absent where root does without. */
  readonly sudo?: ResolvedSudo;
}

/** A service account of a site. */
export interface ResolvedSudo {
  readonly kind: "slurm" | "pbs";
  readonly user: string;
  /** The directory of the batch system's commands. */
  readonly commands: string;
  /** Where its sudo rules belong on that machine. A name with a dot would be passed over there. */
  readonly file: string;
}

/** Whether each of the machine's users has an S3 account of their own: where root, who may give files to anybody, runs a site for them. */
export function hasOwnAccounts(batch: ResolvedBatch | null): boolean {
  return batch !== null && batch.sudo === undefined;
}

/** Null on a site that starts processes. The address may be missing, which a rule refuses. */
export function resolveBatch(federation: string, site: HpcSiteConfig): ResolvedBatch | null {
  const { scheduler, network } = site;
  if (scheduler.kind === "local") return null;
  const [first, last] = network?.notebookPorts?.split("-").map(Number) ?? [];
  return {
    kind: scheduler.kind,
    address: network?.hubAddress ?? "127.0.0.1",
    notebookPorts: first !== undefined && last !== undefined ? [first, last] : null,
    encrypt: network?.encrypt ?? false,
    prologue: scheduler.prologue ?? [],
    requestSizes: scheduler.sizes !== "leave",
    startSeconds: (scheduler.startMinutes ?? 10) * 60,
    chooseAccount: typeof scheduler.account === "object",
    jobPrefix: `${federation}-${site.site}-`,
    ...sudoOf(federation, site),
  };
}

const usualCommands = { slurm: "/usr/bin", pbs: "/opt/pbs/bin" };

/** Whoever installs here is root. */
function sudoOf(federation: string, { site, login, scheduler }: HpcSiteConfig): { readonly sudo?: ResolvedSudo } {
  const user = login === "here" ? undefined : login.user;
  if (scheduler.kind === "local" || user === undefined || user === "root") return {};
  const { kind, commands = usualCommands[kind] } = scheduler;
  return { sudo: { kind, user, commands, file: `/etc/sudoers.d/isthmus-${federation}-${site}` } };
}

/** What a notebook's job asks for: the scheduler's options, what a profile says over them, and its size. */
export function notebookJob(
  scheduler: HpcSchedulerConfig,
  profile: JobConfig,
  cores: number,
  memoryBytes: number,
): { readonly job?: readonly string[] } {
  const size = scheduler.kind === "local" || scheduler.sizes === "leave" ? null : { cores, memoryBytes };
  switch (scheduler.kind) {
    case "local":
      return {};
    case "slurm":
      return { job: [...slurmOptions(scheduler, profile), ...slurmSizes(size)] };
    case "pbs":
      return { job: [...pbsOptions(scheduler, profile), ...pbsSelect(size, pbsChunk(scheduler, profile))] };
  }
}

/** What jobs of Dask ask for beside their size, which users choose. */
export function daskJob(
  scheduler: HpcSchedulerConfig,
  dask: JobConfig,
): { readonly job?: readonly string[]; readonly chunk?: readonly string[] } {
  switch (scheduler.kind) {
    case "local":
      return {};
    case "slurm":
      return { job: slurmOptions(scheduler, dask) };
    case "pbs":
      return { job: pbsOptions(scheduler, dask), chunk: pbsChunk(scheduler, dask) };
  }
}

/** The keys of jobs that a block has. */
export function jobKeysIn(job: JobConfig): string[] {
  return (Object.keys(jobKeys) as (keyof JobConfig)[]).filter((key) => job[key] !== undefined);
}
