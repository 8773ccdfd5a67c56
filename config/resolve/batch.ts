import { type JobConfig, jobKeys } from "../schema/batch";
import type { HpcSiteConfig } from "../schema/site";

export type HpcSchedulerConfig = HpcSiteConfig["scheduler"];
type BatchScheduler = Exclude<HpcSchedulerConfig, { readonly kind: "local" }>;

/** What programs of a site need to know of its batch system. */
export interface ResolvedBatch {
  readonly kind: "slurm";
  /** Where jobs find the site's programs. */
  readonly address: string;
  /** Ports of notebooks on compute nodes; null for any. */
  readonly notebookPorts: readonly [number, number] | null;
  /** Lines of bash that run first in every job. */
  readonly prologue: readonly string[];
  /** Whether jobs ask for cores and memory. */
  readonly requestSizes: boolean;
  readonly startSeconds: number;
  /** Whether users choose the account of their jobs where none is written. */
  readonly chooseAccount: boolean;
  /** What names of all jobs of the site's hubs start with: `<federation>-<site>-`. */
  readonly jobPrefix: string;
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
    prologue: scheduler.prologue ?? [],
    requestSizes: scheduler.sizes !== "leave",
    startSeconds: (scheduler.startMinutes ?? 10) * 60,
    chooseAccount: typeof scheduler.account === "object",
    jobPrefix: `${federation}-${site.site}-`,
  };
}

/** Generic resources of one block, GPUs first; empty where it asks for none. */
function gresOf({ gpu, gres }: Pick<JobConfig, "gpu" | "gres">): string {
  const gpus = gpu && ["gpu", gpu.type, gpu.count].filter((part) => part !== undefined).join(":");
  return [gpus, gres].filter((part) => part !== undefined).join(",");
}

/** Options of sbatch for a job: the scheduler's, then what a profile or Dask says over them. */
export function jobOptions(scheduler: BatchScheduler, job: JobConfig): string[] {
  const option = (name: string, key: Exclude<keyof JobConfig, "account" | "directives" | "gpu" | "gres">) => {
    const value = job[key] ?? scheduler[key];
    return value === undefined ? [] : [`--${name}=${value}`];
  };
  const account = job.account ?? scheduler.account;
  const gres = gresOf(job) || gresOf(scheduler);
  return [
    ...option("partition", "partition"),
    ...(typeof account === "string" ? [`--account=${account}`] : []),
    ...option("qos", "qos"),
    ...option("time", "walltime"),
    ...(gres === "" ? [] : [`--gres=${gres}`]),
    ...option("constraint", "constraint"),
    ...option("reservation", "reservation"),
    ...(job.directives ?? scheduler.directives ?? []),
  ];
}

/** A notebook's cores and memory, where jobs ask for them: whole cores, memory in MiB. */
export function sizeOptions(scheduler: BatchScheduler, cores: number, memoryBytes: number): string[] {
  if (scheduler.sizes === "leave") return [];
  return [`--cpus-per-task=${Math.ceil(cores)}`, `--mem=${Math.ceil(memoryBytes / 2 ** 20)}M`];
}

/** The keys of jobs that a block has. */
export function jobKeysIn(job: JobConfig): string[] {
  return (Object.keys(jobKeys) as (keyof JobConfig)[]).filter((key) => job[key] !== undefined);
}
