import { z } from "zod";
import { block, count, pack, text } from "./fields";

const word = text(/^[A-Za-z0-9][A-Za-z0-9_.,+-]*$/, "letters, digits, _ . , + -");

/** Options that Isthmus sets itself, or that would make another kind of job. */
const ours = [
  ...["array", "chdir", "error", "export", "export-file", "get-user-env", "gid", "hold", "input", "job-name", "jobid"],
  ...["open-mode", "output", "parsable", "test-only", "uid", "wait", "wrap"],
];

/** Options that have a key of their own here. */
const keys = {
  account: "account",
  constraint: "constraint",
  "cpus-per-task": "cores",
  gres: "gres",
  mem: "memory",
  partition: "partition",
  qos: "qos",
  reservation: "reservation",
  time: "walltime",
} as const;

function nameOf(directive: string): string {
  return directive.replace(/^--/, "").replace(/=.*$/, "");
}

/** An option of `sbatch` as it stands after `#SBATCH`. */
const directive = z
  .string()
  .regex(/^--[a-z][a-z-]*(?:=[A-Za-z0-9_.,:@%/*+=-]+)?$/, {
    error: pack({
      message: "no option of sbatch in its long form",
      allowed: "--NAME or --NAME=VALUE, without spaces and quotes: --exclusive, --licenses=matlab:1",
    }),
  })
  .refine((value) => !ours.includes(nameOf(value)), {
    error: pack({ message: "Isthmus sets this option itself", fix: "remove it" }),
  })
  .refine((value) => !(nameOf(value) in keys), {
    error: pack({ message: "this option has a key of its own", allowed: Object.values(keys).join(", ") }),
  });

const gpuBlock = block({
  type: text(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, "a type as the cluster calls it: letters, digits, _ . -")
    .optional()
    .describe("The type, as `sinfo -o %G` shows it: a100. Default any."),
  count: count(1, 64).describe("GPUs of a job, on its one node."),
}).describe(
  "GPUs of each job (--gres=gpu:TYPE:COUNT). With `gres` it is one option: what is nearer wins over both of the scheduler. Default none.",
);

/** What a job asks of Slurm. Nearer values win: those of a profile or of Dask over the scheduler's. */
export const jobKeys = {
  partition: word.optional().describe("The partition (--partition). Default: the cluster's own."),
  account: word.optional().describe("The account that is charged (--account). Default: the user's own."),
  qos: word.optional().describe("The quality of service (--qos). Default: the user's own."),
  walltime: text(
    /^(?:\d{1,3}-)?\d{1,3}:[0-5]\d:[0-5]\d$/,
    'HOURS:MINUTES:SECONDS or DAYS-HOURS:MINUTES:SECONDS: "08:00:00"',
  )
    .optional()
    .describe("After this time the job is ended by Slurm (--time). Default: the partition's own."),
  gpu: gpuBlock.optional(),
  gres: text(/^[a-z][A-Za-z0-9_:,.-]*$/, "NAME:COUNT or NAME:TYPE:COUNT: gpu:a100:1")
    .optional()
    .describe("Generic resources of a node (--gres), after the GPUs of `gpu` where both are written. Default none."),
  constraint: text(/^[A-Za-z0-9_.&|*()[\]-]+$/, "features joined by & or |: skylake|cascadelake")
    .optional()
    .describe("Features that nodes must have (--constraint). Default none."),
  reservation: word.optional().describe("A reservation to run in (--reservation). Default none."),
  directives: z.array(directive).max(20).optional().describe("More options of sbatch, --NAME=VALUE. Default none."),
};

/** GPUs are said once: Slurm would add those of two requests, or take one of them. */
export function gpusOnce<T extends { readonly gpu?: unknown; readonly gres?: string | undefined }>({ gpu, gres }: T) {
  return gpu === undefined || !gres?.split(",").some((part) => /^gpu(?::|$)/.test(part));
}

export const gpusTwice = {
  path: ["gres"],
  error: pack({ message: "`gpu` says already which GPUs a job gets", fix: "remove gpu from `gres`, or remove `gpu`" }),
};

const jobBlock = z.object(jobKeys);
export type JobConfig = z.infer<typeof jobBlock>;

const line = z
  .string()
  .regex(/^[^\n\r\0]*$/, { error: pack({ message: "not one line", fix: "write a line an item" }) });

/** What starts notebooks and Dask workers. */
export const scheduler = z
  .discriminatedUnion("kind", [
    block({ kind: z.literal("local").describe("local: notebooks and Dask workers are processes of this machine.") }),
    block({
      kind: z.literal("slurm").describe("slurm: they are jobs of the cluster's Slurm, each by its own Unix user."),
      ...jobKeys,
      account: z
        .union([
          word,
          block({ choose: z.literal(true).describe("Each user chooses among those that Slurm has for them.") }),
        ])
        .optional()
        .describe(
          "The account that is charged where a profile or Dask has none: a name, or {choose: true} for a choice in the form, of those that `sacctmgr` tells. Default: the user's own.",
        ),
      sizes: z
        .enum(["request", "leave"])
        .optional()
        .describe(
          "request: jobs ask for their profile's cores and memory; leave: not, where partitions give whole nodes. Default request.",
        ),
      prologue: z
        .array(line)
        .max(50)
        .optional()
        .describe("Lines of bash that run first in every job, `module load` and the like. Default none."),
      startMinutes: count(1, 1440)
        .optional()
        .describe("A notebook's job that has not started for so long is cancelled. Minutes, default 10."),
    }).refine(gpusOnce, gpusTwice),
  ])
  .describe("What starts notebooks and Dask workers.");

const range = text(/^[1-9]\d{3,4}-[1-9]\d{3,4}$/, "FIRST-LAST: 40000-40999").refine(
  (value) => {
    const [first = 0, last = 0] = value.split("-").map(Number);
    return first >= 1024 && first <= last && last <= 65_535;
  },
  { error: pack({ message: "not a range of ports", allowed: "FIRST-LAST from 1024 to 65535, the smaller first" }) },
);

/** How jobs and the hub's machine reach each other. */
export const network = block({
  hubAddress: text(
    /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/,
    "a host's name or IPv4 address, as compute nodes know it: login1-int, 10.0.0.4",
  ).describe(
    "The address of the site's machine on the cluster's own network: hubs, data and S3 listen there, and jobs find them there.",
  ),
  notebookPorts: range
    .optional()
    .describe("Ports that notebooks listen on, on compute nodes, where a firewall opens no others. Default any."),
});
