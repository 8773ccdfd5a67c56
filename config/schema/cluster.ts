import { z } from "zod";
import { block, cidr, count, named, size, text } from "./fields";

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

/** How the API of a cluster that is made is reached. */
export const clusterApi = z
  .discriminatedUnion("kind", [
    block({
      kind: z.literal("networks").describe("networks: from these addresses, and from inside the network."),
      from: z.array(cidr).min(1).max(40).describe("Who deploys, and where CI runs."),
    }),
    block({
      kind: z
        .literal("private")
        .describe("private: from inside the network only: `isthmus up` runs there, or through a VPN."),
    }),
    block({ kind: z.literal("iam").describe("iam: from anywhere; who may is up to IAM alone.") }),
  ])
  .describe("From where the cluster's API is reached; IAM decides who may in any case. Default {kind: iam}.");

/** Who issues the tokens of a cluster's pods: what other clouds ask for the keys that signed one. */
export const tokenIssuer = text(
  /^https:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])(?::\d{2,5})?(?:\/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-])?$/,
  "an https URL without a slash at its end: https://oidc.eks.us-west-2.amazonaws.com/id/EXAMPLE0123",
);
