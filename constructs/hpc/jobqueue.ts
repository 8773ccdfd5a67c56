import type { ResolvedBatch } from "../../config/resolve/batch";

/** A worker of a hub's Dask, and the options of its job. */
export interface JobWorker {
  readonly worker: { readonly cores: number; readonly memoryBytes: number };
  readonly job?: readonly string[];
}

/** Options that dask-jobqueue has a setting for, which what a user writes in a notebook wins over. */
const settings = { queue: "partition", account: "account", walltime: "time" } as const;

/**
 * Settings of dask-jobqueue, so that a plain `SLURMCluster()` in a notebook starts workers as the hub's gateway would.
 * @param prefix what names of the hub's jobs start with
 */
export function jobqueueSettings({ worker, job = [] }: JobWorker, batch: ResolvedBatch, prefix: string) {
  const written = (option: string) => job.find((o) => o.startsWith(`--${option}=`))?.slice(`--${option}=`.length);
  const own = Object.values(settings).map((option) => `--${option}=`);
  return {
    jobqueue: {
      [batch.kind]: {
        name: `${prefix}jobqueue`,
        cores: Math.ceil(worker.cores),
        memory: `${Math.ceil(worker.memoryBytes / 2 ** 20)} MiB`,
        processes: 1,
        // Null where nothing is written: dask-jobqueue's own walltime is half an hour.
        ...Object.fromEntries(Object.entries(settings).map(([key, option]) => [key, written(option) ?? null])),
        "job-extra-directives": job.filter((option) => !own.some((name) => option.startsWith(name))),
        "job-directives-skip": batch.requestSizes ? [] : ["--cpus-per-task", "--mem"],
        "job-script-prologue": batch.prologue,
        "death-timeout": batch.startSeconds,
      },
    },
  };
}
