import { z } from "zod";
import { pack } from "./fields";

/** An option of a batch system as it stands in a job's script, after `#SBATCH` or `#PBS`. */
interface Dialect {
  /** What it looks like: one word or two, nothing that a shell would read otherwise. */
  readonly form: RegExp;
  readonly message: string;
  readonly allowed: string;
  nameOf(directive: string): string;
  /** Options that Isthmus sets itself, or that would make another kind of job. */
  readonly ours: readonly string[];
  /** Options that have a key of their own here. */
  readonly keys: Readonly<Record<string, string>>;
}

const slurm: Dialect = {
  form: /^--[a-z][a-z-]*(?:=[A-Za-z0-9_.,:@%/*+=-]+)?$/,
  message: "no option of sbatch in its long form",
  allowed: "--NAME or --NAME=VALUE, without spaces and quotes: --exclusive, --licenses=matlab:1",
  nameOf: (directive) => directive.replace(/^--/, "").replace(/=.*$/, ""),
  ours: [
    ...["array", "chdir", "error", "export", "export-file", "get-user-env", "gid", "hold", "input", "job-name"],
    ...["jobid", "no-requeue", "open-mode", "output", "parsable", "requeue", "test-only", "uid", "wait", "wrap"],
  ],
  keys: {
    account: "account",
    constraint: "constraint",
    "cpus-per-task": "cores",
    gres: "gres",
    mem: "memory",
    partition: "partition",
    qos: "qos",
    reservation: "reservation",
    time: "walltime",
  },
};

/** Of `-l` and `-W`, which hold many things, the name of the one that is set belongs to the option's. */
const pbs: Dialect = {
  form: /^(?:-[acmMp] [A-Za-z0-9_.,:@%/*+=-]+|-[lW] [A-Za-z_]+=[A-Za-z0-9_.:@%/*+-]+|-[ACGIJNPRSVXefhjkoqruvz](?: \S+)?)$/,
  message: "no option of qsub with its value",
  allowed: "-LETTER VALUE, one a line, without quotes: -l software=matlab, -p 10, -W umask=027",
  nameOf: (directive) => /^-[lW] [A-Za-z_]+/.exec(directive)?.[0] ?? directive.slice(0, 2),
  ours: [
    ...["-C", "-e", "-f", "-G", "-h", "-I", "-j", "-J", "-k", "-N", "-o", "-r", "-R", "-S", "-u", "-v", "-V", "-X"],
    ...["-z", "-W block", "-W interactive", "-W pwd", "-W sandbox", "-W stagein", "-W stageout", "-l nodes"],
  ],
  keys: {
    "-A": "account",
    "-P": "project",
    "-q": "queue",
    "-l mem": "memory",
    "-l ncpus": "cores",
    "-l ngpus": "gpu",
    "-l place": "place",
    "-l select": "resources",
    "-l walltime": "walltime",
  },
};

/** The dialect that an option is written in. */
function dialectOf(directive: string): "slurm" | "pbs" {
  return /^-[A-Za-z]/.test(directive) ? "pbs" : "slurm";
}

/** Options of one batch system. */
function directiveOf({ form, message, allowed, nameOf, ours, keys }: Dialect) {
  return z
    .string()
    .regex(form, { error: pack({ message, allowed }) })
    .refine((value) => !ours.includes(nameOf(value)), {
      error: pack({ message: "Isthmus sets this option itself", fix: "remove it" }),
    })
    .refine((value) => !(nameOf(value) in keys), {
      error: pack({ message: "this option has a key of its own", allowed: Object.values(keys).join(", ") }),
    });
}

export const slurmDirective = directiveOf(slurm);
export const pbsDirective = directiveOf(pbs);

/** Options where it is another file that tells which batch system they are for. */
export const anyDirective = z.string().superRefine((value, context) => {
  const schema = dialectOf(value) === "pbs" ? pbsDirective : slurmDirective;
  for (const issue of schema.safeParse(value).error?.issues ?? [])
    context.addIssue({ code: "custom", message: issue.message });
});

/** Which of these options are not written for a batch system, by their place. */
export function foreignDirectives(directives: readonly string[], kind: "slurm" | "pbs"): number[] {
  return directives.flatMap((directive, i) => (dialectOf(directive) === kind ? [] : [i]));
}
