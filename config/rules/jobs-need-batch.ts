import type { Rule } from "./rule";
import { hpcSites } from "./walk";

export const jobsNeedBatch: Rule = {
  id: "jobs-need-batch",
  reason: "A partition, an account or a walltime where nothing is a job would promise what nobody keeps.",
  check: (federation) =>
    hpcSites(federation).flatMap((site) => {
      if (site.batch) return [];
      const network = site.written.network ? [["network"]] : [];
      const blocks = site.hubs.flatMap((hub) => hub.jobKeys.map((path) => ["hubs", hub.id, ...path]));
      // The type of GPUs goes with them.
      const keys = blocks.filter((path) => path.at(-1) !== "type");
      return [...network, ...keys].map((path) => ({
        site: site.id,
        path,
        atKey: true,
        message: "only jobs of a batch system have this, and here notebooks and workers are processes",
        fix: "remove it, or write scheduler: {kind: slurm} or {kind: pbs}",
      }));
    }),
};
