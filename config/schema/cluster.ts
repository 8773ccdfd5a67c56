import { z } from "zod";
import { block, count, named, size, text } from "./fields";

export const labelKey = text(
  /^(?:(?=[^/]{1,253}\/)[a-z0-9](?:[-.a-z0-9]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/,
  "a label's key: role, example.org/role",
);
export const labelValue = text(
  /^(?:[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$/,
  "a label's value: at most 63 of letters, digits, - _ .",
);

/** What one node gives to pods, where it was measured. */
const allocatable = block({
  cores: z.number().min(0.1).max(1024).describe("Cores, as `kubectl get node` shows under allocatable."),
  memory: size.describe("Memory, as `kubectl get node` shows under allocatable."),
}).describe("What pods may have on one node. Default: computed from `vcpu`, `memory` and `reserve`.");

/** The keys of a pool that mean the same on every provider. */
export const poolBase = {
  for: z
    .enum(["core", "user", "dask"])
    .describe("core (the platform itself), user (notebooks, Dask schedulers), dask (workers)."),
  minNodes: count(0, 1000).optional().describe("Nodes that are always there. Default 0."),
  maxNodes: count(1, 5000).describe("Most nodes. A cap on cost: nothing starts beyond it."),
  spot: z
    .boolean()
    .optional()
    .describe(
      "Machines that may be taken away at any time. Only for dask, whose default it is on clouds. Default false.",
    ),
};

/** Nodes of a cluster that exists, and how pods reach them. */
export const existingPool = block({
  ...poolBase,
  select: named(labelKey, labelValue).describe(
    "Labels that these nodes have and no others: pods are sent there by them.",
  ),
  tolerate: z
    .array(
      block({
        key: labelKey.describe("The taint's key."),
        value: labelValue.optional().describe("Its value. Default: any."),
        effect: z
          .enum(["NoSchedule", "NoExecute", "PreferNoSchedule"])
          .optional()
          .describe("Its effect. Default NoSchedule."),
      }),
    )
    .optional()
    .describe("Taints of these nodes. Default: the two spellings of the pool's dedicated taint."),
  vcpu: count(1, 1024).describe("Virtual CPUs of one node."),
  memory: size.describe("Memory of one node, as bought."),
  gpus: count(1, 16).optional().describe("GPUs of one node (`nvidia.com/gpu`). Default none."),
  allocatable: allocatable.optional(),
  reserve: z
    .enum(["gke", "eks"])
    .optional()
    .describe(
      "By whose rule nodes keep cores and memory back: gke, the most of all clouds, or eks, by the addresses that machines of so many vCPUs have for pods. Default gke.",
    ),
  pods: count(8, 500).optional().describe("Pods that one node takes. Default 110, as Kubernetes has it."),
  volumes: count(1, 500)
    .optional()
    .describe("Disks that one node takes. Default 16, the least that Kubernetes says of a cloud."),
});
