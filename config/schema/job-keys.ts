import { z } from "zod";
import { anyDirective, pbsDirective, slurmDirective } from "./directives";
import { block, count, pack, text } from "./fields";

export const word = text(/^[A-Za-z0-9][A-Za-z0-9_.,+-]*$/, "letters, digits, _ . , + -");

const gpuCount = count(1, 64).describe("GPUs of a job, on its one node.");

const gpuBlock = block({
  type: text(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "a type as the cluster calls it: letters, digits, _ . -")
    .optional()
    .describe(
      "The type, as `sinfo -o %G` shows it: a100. Only for slurm; with pbs the centre's own resource says it, in `resources`. Default any.",
    ),
  count: gpuCount,
}).describe(
  "GPUs of each job (slurm: --gres=gpu:TYPE:COUNT; pbs: ngpus=COUNT in the job's select). What is nearer wins over the scheduler's, together with slurm's `gres` or pbs's `resources`, which are one option with it. Default none.",
);

/** What a job asks of any batch system. */
const shared = {
  account: word
    .optional()
    .describe("The account that is charged (slurm: --account; pbs: -A). Default: the user's own."),
  walltime: text(
    /^(?:\d{1,3}-)?\d{1,3}:[0-5]\d:[0-5]\d$/,
    'HOURS:MINUTES:SECONDS or DAYS-HOURS:MINUTES:SECONDS: "08:00:00"',
  )
    .optional()
    .describe(
      "After this time the job is ended by the batch system (slurm: --time; pbs: -l walltime). Default: the partition's or queue's own.",
    ),
};

/** What a job asks of Slurm alone. */
const ofSlurm = {
  partition: word.optional().describe("slurm: the partition (--partition). Default: the cluster's own."),
  qos: word.optional().describe("slurm: the quality of service (--qos). Default: the user's own."),
  gres: text(/^[a-z][A-Za-z0-9_:,.-]*$/, "NAME:COUNT or NAME:TYPE:COUNT: gpu:a100:1")
    .optional()
    .describe(
      "slurm: generic resources of a node (--gres), after the GPUs of `gpu` where both are written. Default none.",
    ),
  constraint: text(/^[A-Za-z0-9_.&|*()[\]-]+$/, "features joined by & or |: skylake|cascadelake")
    .optional()
    .describe("slurm: features that nodes must have (--constraint). Default none."),
  reservation: word.optional().describe("slurm: a reservation to run in (--reservation). Default none."),
};

const pair = "[A-Za-z][A-Za-z0-9_]*=[A-Za-z0-9_.,@/-]+";
const placed = "free|pack|scatter|vscatter|excl|shared|exclhost|group=[A-Za-z][A-Za-z0-9_]*";

/** What a job asks of PBS alone. */
const ofPbs = {
  queue: text(/^[A-Za-z0-9][A-Za-z0-9_.-]*(?:@[A-Za-z0-9.-]+)?$/, "a queue, or QUEUE@SERVER: letters, digits, _ . -")
    .optional()
    .describe("pbs: the queue (-q), which a reservation is too. Default: the server's own."),
  project: text(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "letters, digits, _ . -")
    .optional()
    .describe("pbs: the project of the job (-P). Default: the server's own."),
  place: text(new RegExp(`^(?:${placed})(?::(?:${placed}))*$`), "words joined by colons: excl, pack:exclhost")
    .optional()
    .describe("pbs: how the job is placed (-l place). Default: the server's own."),
  resources: text(new RegExp(`^${pair}(?::${pair})*$`), "NAME=VALUE, joined by colons: cpu_type=milan:mpiprocs=1")
    .refine((value) => !/(?:^|:)(?:ncpus|mem|ngpus)=/.test(value), {
      error: pack({ message: "cores, memory and GPUs have keys of their own", allowed: "other resources of a chunk" }),
    })
    .optional()
    .describe("pbs: more of what the job's one chunk asks for (-l select=1:...). Default none."),
};

const directivesText =
  "More options, as they stand in a script (slurm: --NAME=VALUE; pbs: -LETTER VALUE). Default none.";

function directives(one: z.ZodType<string>) {
  return z.array(one).max(20).optional().describe(directivesText);
}

/** What a job asks of a batch system. Nearer values win: those of a profile or of Dask over the scheduler's. */
export const jobKeys = {
  ...shared,
  gpu: gpuBlock.optional(),
  ...ofSlurm,
  ...ofPbs,
  directives: directives(anyDirective),
};

export const slurmJobKeys = {
  ...shared,
  gpu: gpuBlock.optional(),
  ...ofSlurm,
  directives: directives(slurmDirective),
};

/** No type of GPUs: what tells them apart is a resource that each centre calls as it likes. */
export const pbsJobKeys = {
  ...shared,
  gpu: block(
    { count: gpuCount },
    {
      type: {
        message: "in PBS the type of GPUs is a resource that each centre names itself",
        fix: "write it in `resources`: gpu_type=a100",
      },
    },
  )
    .optional()
    .describe("GPUs of each job (ngpus=COUNT in its select). Default none."),
  ...ofPbs,
  directives: directives(pbsDirective),
};

const jobBlock = z.object(jobKeys);
export type JobConfig = z.infer<typeof jobBlock>;

/** Keys of which only one batch system knows anything, with what says the like in the other. */
export const foreignKeys: Readonly<Record<"slurm" | "pbs", Readonly<Record<string, string>>>> = {
  pbs: {
    partition: "write it as `queue`",
    qos: "remove it: limits of PBS belong to its queues",
    gres: "write GPUs as `gpu`, others in `resources`",
    constraint: "write what nodes must have in `resources`: cpu_type=milan",
    commands: "remove it: root runs a site on PBS, and finds qsub on its PATH",
    reservation: "a reservation of PBS is a queue: write its name as `queue`",
  },
  slurm: {
    queue: "write it as `partition`",
    project: "write what is charged as `account`",
    place: "write it in `directives`: --exclusive",
    resources: "write what nodes must have as `constraint`, what they give in `gres`",
  },
};

/** GPUs are said once: Slurm would add those of two requests, or take one of them. */
export function gpusOnce<T extends { readonly gpu?: unknown; readonly gres?: string | undefined }>({ gpu, gres }: T) {
  return gpu === undefined || !gres?.split(",").some((part) => /^gpu(?::|$)/.test(part));
}

export const gpusTwice = {
  path: ["gres"],
  error: pack({ message: "`gpu` says already which GPUs a job gets", fix: "remove gpu from `gres`, or remove `gpu`" }),
};
