import { z } from "zod";
import { block, count, pack, text } from "./fields";
import { foreignKeys, gpusOnce, gpusTwice, pbsJobKeys, slurmJobKeys, word } from "./job-keys";

const line = z
  .string()
  .regex(/^[^\n\r\0]*$/, { error: pack({ message: "not one line", fix: "write a line an item" }) });

/** What a batch system is told, whichever it is. */
const batchKeys = {
  sizes: z
    .enum(["request", "leave"])
    .optional()
    .describe(
      "request: jobs ask for their profile's cores and memory; leave: not, where partitions or queues give whole nodes. Default request.",
    ),
  prologue: z
    .array(line)
    .max(50)
    .optional()
    .describe("Lines of bash that run first in every job, `module load` and the like. Default none."),
  startMinutes: count(1, 1440)
    .optional()
    .describe("A notebook's job that has not started for so long is cancelled. Minutes, default 10."),
};

function commands(example: string) {
  return text(/^(?:\/[A-Za-z0-9_.+-]+)+$/, `an absolute directory without spaces: ${example}`).optional();
}

/** Keys of the other batch system, with what to write instead. */
function refusedBy(kind: "slurm" | "pbs") {
  const [here, there] = kind === "pbs" ? ["PBS", "Slurm"] : ["Slurm", "PBS"];
  const message = `only ${there} has this, and the scheduler here is ${here}`;
  return Object.fromEntries(Object.entries(foreignKeys[kind]).map(([key, fix]) => [key, { message, fix }]));
}

const slurm = block(
  {
    kind: z.literal("slurm").describe("slurm: they are jobs of the cluster's Slurm, each by its own Unix user."),
    ...slurmJobKeys,
    account: z
      .union([
        word,
        block({ choose: z.literal(true).describe("Each user chooses among those that Slurm has for them.") }),
      ])
      .optional()
      .describe(
        "The account that is charged where a profile or Dask has none: a name, or {choose: true} for a choice in the form, of those that `sacctmgr` tells. Default: the user's own.",
      ),
    commands: commands("/opt/slurm/bin").describe(
      "The directory of sbatch, squeue and scancel on the site's machine, which the sudo rules of a service account name (`login.user` other than root). Default /usr/bin.",
    ),
    ...batchKeys,
  },
  refusedBy("slurm"),
).refine(gpusOnce, gpusTwice);

const pbs = block(
  {
    kind: z.literal("pbs").describe("pbs: they are jobs of the cluster's OpenPBS or PBS Professional, likewise."),
    ...pbsJobKeys,
    commands: commands("/opt/pbs/bin").describe(
      "The directory of qsub, qstat and qdel on the site's machine, which the sudo rules of a service account name (`login.user` other than root). Default /opt/pbs/bin.",
    ),
    ...batchKeys,
  },
  refusedBy("pbs"),
);

/** What starts notebooks and Dask workers. */
export const scheduler = z
  .discriminatedUnion("kind", [
    block({ kind: z.literal("local").describe("local: notebooks and Dask workers are processes of this machine.") }),
    slurm,
    pbs,
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
  encrypt: z
    .boolean()
    .optional()
    .describe(
      "true: the hub's machine and notebooks speak TLS, with a certificate that the hub gives each notebook for its node, and jobs ask hubs and Dask's gateways at the site's own https address; needs `tls` of kind `files` or `acme`. Default false: HTTP, which whoever can listen on the cluster's network reads, with the sessions in it; `isthmus status` says so. Changing it restarts hubs; notebooks that run must be started anew.",
    ),
});
