import type { ResolvedBatch } from "../../config/resolve/batch";

/** A worker of a hub's Dask, and the options of its job. */
export interface JobWorker {
  readonly worker: { readonly cores: number; readonly memoryBytes: number };
  readonly job?: readonly string[];
  /** With PBS: what the chunk of a job asks for beside its size. */
  readonly chunk?: readonly string[];
}

/** How a batch system's options are written, those that dask-jobqueue has a setting for, and how sizes are left out. */
interface Dialect {
  readonly settings: Readonly<Record<string, string>>;
  readonly sizes: readonly string[];
}

/** What a user writes in a notebook wins over these. */
const dialects: Readonly<Record<ResolvedBatch["kind"], Dialect>> = {
  slurm: {
    settings: { queue: "--partition=", account: "--account=", walltime: "--time=" },
    sizes: ["--cpus-per-task", "--mem"],
  },
  pbs: { settings: { queue: "-q ", account: "-A ", walltime: "-l walltime=" }, sizes: ["select="] },
};

/**
 * Settings of dask-jobqueue, so that a plain `SLURMCluster()` or `PBSCluster()` in a notebook starts workers as the hub's
 * gateway would.
 * @param prefix what names of the hub's jobs start with
 */
export function jobqueueSettings({ worker, job = [], chunk = [] }: JobWorker, batch: ResolvedBatch, prefix: string) {
  const { settings, sizes } = dialects[batch.kind];
  const written = (option: string) => job.find((o) => o.startsWith(option))?.slice(option.length);
  const own = Object.values(settings);
  const size = { cores: Math.ceil(worker.cores), mebibytes: Math.ceil(worker.memoryBytes / 2 ** 20) };
  return {
    jobqueue: {
      [batch.kind]: {
        name: `${prefix}jobqueue`,
        cores: size.cores,
        memory: `${size.mebibytes} MiB`,
        processes: 1,
        // Null where nothing is written: dask-jobqueue's own walltime is half an hour.
        ...Object.fromEntries(Object.entries(settings).map(([key, option]) => [key, written(option) ?? null])),
        ...chunkOf(chunk, batch.requestSizes ? size : null),
        "job-extra-directives": job.filter((option) => !own.some((name) => option.startsWith(name))),
        "job-directives-skip": batch.requestSizes || chunk.length > 0 ? [] : sizes,
        "job-script-prologue": batch.prologue,
        "death-timeout": batch.startSeconds,
      },
    },
  };
}

/** Its only way to ask for GPUs of a chunk is the whole of it, which then stays as it is for other sizes too. */
function chunkOf(chunk: readonly string[], size: { readonly cores: number; readonly mebibytes: number } | null) {
  if (chunk.length === 0) return {};
  const sizes = size ? [`ncpus=${size.cores}`, `mem=${size.mebibytes}mb`] : [];
  return { "resource-spec": `select=1:${[...sizes, ...chunk].join(":")}` };
}
