import type { ResolvedPool } from "../config/resolve/pools";
import { corePool, placeOf } from "./place";

export interface ClusterAutoscalerProps {
  readonly pools: readonly ResolvedPool[];
  /** The cluster's name: groups of machines that carry its tag are the autoscaler's. */
  readonly cluster: string;
  readonly region: string;
  /** Annotations of its service account that bind it to a role of the cloud. */
  readonly identity: Readonly<Record<string, string>>;
  /** Regular expressions of the names of the groups on spot. */
  readonly spotGroups: readonly string[];
}

/**
 * Values of the `cluster-autoscaler` chart for a cluster on EKS: spot before on-demand, which takes over where spot has none;
 * of equals, what wastes least. The name of its service account, which roles trust: `cluster-autoscaler`.
 */
export function clusterAutoscalerValues({ pools, cluster, region, identity, spotGroups }: ClusterAutoscalerProps) {
  return {
    fullnameOverride: autoscalerName,
    cloudProvider: "aws",
    awsRegion: region,
    autoDiscovery: { clusterName: cluster },
    rbac: { serviceAccount: { name: autoscalerName, annotations: identity } },
    // The highest number that has a group which fits.
    expanderPriorities: spotGroups.length > 0 ? { 50: spotGroups, 10: [".*"] } : { 10: [".*"] },
    extraArgs: {
      expander: "priority,least-waste",
      "balance-similar-node-groups": true,
      "scale-down-unneeded-time": "10m",
      "scale-down-delay-after-add": "10m",
      // Pods of users are of no controller, and keep their nodes whatever these say.
      "skip-nodes-with-local-storage": false,
      "skip-nodes-with-system-pods": false,
    },
    resources: { requests: { cpu: "20m", memory: "128Mi" }, limits: { memory: "1Gi" } },
    securityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: "RuntimeDefault" } },
    containerSecurityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    ...placeOf(corePool(pools)),
  };
}

/** The release's objects, its service account included. */
export const autoscalerName = "cluster-autoscaler";

/** What a node of a group will be, for a group that has none yet. */
export interface NodeTemplate {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly {
    readonly key: string;
    readonly value: string;
    readonly effect: "NoSchedule" | "NoExecute" | "PreferNoSchedule";
  }[];
  /** `nvidia.com/gpu` of one node. */
  readonly gpus: number;
}

const prefix = "k8s.io/cluster-autoscaler";

/**
 * Tags of an auto scaling group by which the autoscaler finds it and knows its nodes while there are none; cores and memory it
 * knows by the machine's type.
 *
 * @throws Error for a tag that AWS would not take: a key of more than 128 characters, a value of more than 256
 */
export function autoscalingTags(cluster: string, { labels, taints, gpus }: NodeTemplate): Record<string, string> {
  const tags = {
    [`${prefix}/enabled`]: "true",
    [`${prefix}/${cluster}`]: "owned",
    ...keyed(Object.entries(labels), "label"),
    ...keyed(
      taints.map(({ key, value, effect }) => [key, `${value}:${effect}`]),
      "taint",
    ),
    ...(gpus > 0 ? keyed([["nvidia.com/gpu", String(gpus)]], "resources") : {}),
  };
  for (const [key, value] of Object.entries(tags))
    if (key.length > 128 || value.length > 256) throw new Error(`a tag that AWS does not take: ${key}=${value}`);
  return tags;
}

function keyed(pairs: readonly (readonly [string, string])[], kind: "label" | "taint" | "resources") {
  return Object.fromEntries(pairs.map(([key, value]) => [`${prefix}/node-template/${kind}/${key}`, value]));
}
