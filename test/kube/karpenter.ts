import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { freePorts } from "../free-ports";
import type { Manifest } from "./api";
import type { Cluster } from "./cluster";
import type { Pool, Taint } from "./nodes";
import { amountOf } from "./pods/environment";
import { Program } from "./program";
import { folderOfTool, tool } from "./tools/tools";

const ZONE = "zone-a";
const CLASS = { group: "karpenter.kwok.sh", kind: "KWOKNodeClass", name: "default" };

/** A pool that grows from no node: the size is a node's, `spot` what is paid for it. */
export interface GrowingPool extends Omit<Pool, "nodes" | "zone"> {
  readonly spot: boolean;
  /** Most nodes; default 10. */
  readonly max?: number;
}

/**
 * Starts Karpenter with its provider for KWOK, which makes simulated nodes of the pools for pods that wait, takes
 * empty ones away and replaces one that is deleted. Ends with its cluster.
 */
export async function startKarpenter(cluster: Cluster, pools: readonly GrowingPool[]): Promise<Program> {
  const definitions = definitionsOf(folderOfTool("karpenter"));
  await cluster.apply(definitions);
  for (const { metadata } of definitions)
    await cluster.waitFor(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`, "Established");
  await cluster.apply([
    { apiVersion: `${CLASS.group}/v1alpha1`, kind: CLASS.kind, metadata: { name: CLASS.name }, spec: {} },
    ...pools.map(nodePool),
  ]);
  const types = join(cluster.folder, "instance-types.json");
  writeFileSync(types, JSON.stringify(pools.map(instanceType)));
  const [metrics = 0, health = 0] = await freePorts(2);
  const env = {
    KUBECONFIG: cluster.kubeconfig,
    INSTANCE_TYPES_FILE_PATH: types,
    DISABLE_LEADER_ELECTION: "true",
    METRICS_PORT: String(metrics),
    HEALTH_PROBE_PORT: String(health),
    SYSTEM_NAMESPACE: "kube-system",
  };
  const program = new Program({ name: "karpenter", argv: [tool("karpenter")], folder: cluster.folder, env });
  cluster.beforeStop(() => program.stop());
  return program;
}

function definitionsOf(folder: string): readonly Manifest[] {
  const folders = ["pkg/apis/crds", "kwok/apis/crds"].map((name) => join(folder, name));
  return folders.flatMap((place) =>
    readdirSync(place).flatMap((name) =>
      parseAllDocuments(readFileSync(join(place, name), "utf8"))
        .map((document) => document.toJS() as Manifest | null)
        .filter((object) => object !== null),
    ),
  );
}

/** What KWOK's provider keeps of a node for the system; on top of what pods may have. */
const RESERVED = { milliCpu: 100, memory: 10 * 2 ** 20 };

function capacityOf({ cpu, memory }: GrowingPool) {
  return {
    milliCpu: Math.round(amountOf(cpu) * 1000) + RESERVED.milliCpu,
    memory: amountOf(memory) + RESERVED.memory,
  };
}

/** A machine type for each pool, so that a pool's nodes have exactly its size. */
function instanceType(pool: GrowingPool): object {
  const offering = {
    Price: pool.spot ? 0.3 : 1,
    Available: true,
    Requirements: [
      { key: "karpenter.sh/capacity-type", operator: "In", values: [capacity(pool)] },
      { key: "topology.kubernetes.io/zone", operator: "In", values: [ZONE] },
    ],
  };
  const { milliCpu, memory } = capacityOf(pool);
  const gpus = pool.gpus ? { "nvidia.com/gpu": String(pool.gpus) } : {};
  return {
    name: typeName(pool),
    offerings: [offering],
    architecture: "amd64",
    operatingSystems: ["linux"],
    resources: {
      cpu: `${milliCpu}m`,
      memory: String(memory),
      pods: String(pool.pods ?? 110),
      "ephemeral-storage": "20Gi",
      ...gpus,
    },
  };
}

function nodePool(pool: GrowingPool): Manifest {
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name: pool.name },
    spec: {
      template: {
        metadata: { labels: pool.labels ?? {} },
        spec: {
          nodeClassRef: CLASS,
          taints: pool.taints ?? ([] as readonly Taint[]),
          expireAfter: "Never",
          requirements: [
            { key: "node.kubernetes.io/instance-type", operator: "In", values: [typeName(pool)] },
            { key: "karpenter.sh/capacity-type", operator: "In", values: [capacity(pool)] },
          ],
        },
      },
      limits: { cpu: `${(pool.max ?? 10) * capacityOf(pool).milliCpu}m` },
      disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "10s" },
    },
  };
}

function typeName({ name }: GrowingPool): string {
  return `${name}-type`;
}

function capacity({ spot }: GrowingPool): string {
  return spot ? "spot" : "on-demand";
}
