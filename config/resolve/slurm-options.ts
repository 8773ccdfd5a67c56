import type { JobConfig } from "../schema/job-keys";
import type { HpcSiteConfig } from "../schema/site";

type SlurmScheduler = Extract<HpcSiteConfig["scheduler"], { readonly kind: "slurm" }>;

/** Generic resources of one block, GPUs first; empty where it asks for none. */
function gresOf({ gpu, gres }: Pick<JobConfig, "gpu" | "gres">): string {
  const gpus = gpu && ["gpu", gpu.type, gpu.count].filter((part) => part !== undefined).join(":");
  return [gpus, gres].filter((part) => part !== undefined).join(",");
}

/** Options of sbatch for a job: the scheduler's, then what a profile or Dask says over them. */
export function slurmOptions(scheduler: SlurmScheduler, job: JobConfig): string[] {
  const option = (name: string, key: "partition" | "qos" | "walltime" | "constraint" | "reservation") => {
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
export function slurmSizes(size: { readonly cores: number; readonly memoryBytes: number } | null): string[] {
  if (size === null) return [];
  return [`--cpus-per-task=${Math.ceil(size.cores)}`, `--mem=${Math.ceil(size.memoryBytes / 2 ** 20)}M`];
}
