import type { JobConfig } from "../schema/job-keys";
import type { HpcSiteConfig } from "../schema/site";

type PbsScheduler = Extract<HpcSiteConfig["scheduler"], { readonly kind: "pbs" }>;

/** PBS knows no days: hours may be any number. */
function hours(walltime: string): string {
  const [, days = "0", hour = "0", rest = ""] = /^(?:(\d+)-)?(\d+)(:.*)$/.exec(walltime) ?? [];
  return `${String(Number(days) * 24 + Number(hour)).padStart(2, "0")}${rest}`;
}

/** Options of qsub for a job but its one chunk: the scheduler's, then what a profile or Dask says over them. */
export function pbsOptions(scheduler: PbsScheduler, job: JobConfig): string[] {
  const walltime = job.walltime ?? scheduler.walltime;
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [`${name}${value}`]);
  return [
    ...option("-q ", job.queue ?? scheduler.queue),
    ...option("-A ", job.account ?? scheduler.account),
    ...option("-P ", job.project ?? scheduler.project),
    ...option("-l walltime=", walltime === undefined ? undefined : hours(walltime)),
    ...option("-l place=", job.place ?? scheduler.place),
    ...(job.directives ?? scheduler.directives ?? []),
  ];
}

/** What the chunk asks for beside cores and memory, GPUs first: all of the nearer block's, or all of the scheduler's. */
export function pbsChunk(scheduler: PbsScheduler, job: JobConfig): string[] {
  const own = chunkOf(job);
  return own.length > 0 ? own : chunkOf(scheduler);
}

function chunkOf({ gpu, resources }: Pick<JobConfig, "gpu" | "resources">): string[] {
  return [...(gpu ? [`ngpus=${gpu.count}`] : []), ...(resources?.split(":") ?? [])];
}

/** The job's one chunk: whole cores, memory in MiB, which PBS calls mb; nothing where nothing is asked for. */
export function pbsSelect(
  size: { readonly cores: number; readonly memoryBytes: number } | null,
  chunk: readonly string[],
): string[] {
  const sizes = size ? [`ncpus=${Math.ceil(size.cores)}`, `mem=${Math.ceil(size.memoryBytes / 2 ** 20)}mb`] : [];
  const all = [...sizes, ...chunk];
  return all.length === 0 ? [] : [`-l select=1:${all.join(":")}`];
}
