import type { z } from "zod";
import { gkePoolName } from "../google-names";
import { gkeAllocatable, type NodeSize } from "../machines/allocatable";
import { generationOf } from "../machines/generation";
import { googleMachine } from "../machines/google";
import type { GoogleGpu } from "../machines/google-types";
import { bytesOf } from "../schema/fields";
import type { googlePool } from "../schema/google-cluster";
import { isAlike, mostPods, nodeLabels, poolSelector, zonesOf } from "./made-pool";
import { dedicatedTaints, dedicatedTolerations, type ResolvedPool, type Taint } from "./pools";

type PoolConfig = z.infer<typeof googlePool>;

/** Disks of pods that any machine takes whose facts are not known. */
const leastVolumes = 15;

/**
 * What GKE's own pods on each node ask for beyond what is left for such pods on any node (`shares.ts`): 2i2c measured up to 0.48 cores and
 * 775 MiB in all (notes of its node capacities, 2024 to 2026).
 */
const gkePods: NodeSize = { cores: 0.2, memoryBytes: 200 * 2 ** 20 };

/** GPUs of one machine. */
export interface ResolvedGpus {
  /** As Google calls them. */
  readonly type: GoogleGpu;
  /** How many a machine has. */
  readonly count: number;
  /** Users who share each; 1: nobody does. */
  readonly shares: number;
  readonly driver: "DEFAULT" | "LATEST";
}

/** A node pool of GKE: one machine type, at one price. */
export interface GkeNodePool {
  readonly name: string;
  readonly machine: string;
  readonly spot: boolean;
  /** Nodes that are always there: of the first one only. */
  readonly minNodes: number;
  /** It takes Hyperdisk alone. */
  readonly hyperdisk: boolean;
}

/** A pool of nodes that is made: a node pool for each machine type, and a second one at the full price where spot may have no room. */
export interface ResolvedGooglePool extends ResolvedPool {
  readonly nodePools: readonly GkeNodePool[];
  readonly machines: readonly string[];
  readonly architecture: "amd64" | "arm64";
  readonly accelerator: ResolvedGpus | null;
  readonly zones: readonly string[];
  readonly diskBytes: number;
  readonly imageStreaming: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Machines that neither the tables nor the config say enough of, which a rule refuses; so are those that are not of one size. */
  readonly unknown: readonly string[];
  readonly unequal: readonly string[];
  /** Keys of GPUs that its machines cannot have, as written, which a rule refuses. */
  readonly misplaced: readonly ("gpu" | "gpus" | "gpuShares" | "gpuDriver")[];
  /** Takes no new pods, and goes from the config once it is empty. */
  readonly retiring: boolean;
}

/** What the config says of a machine goes before the tables; a rule refuses one of which neither says enough. */
function machineOf(type: string, { vcpu, memory }: PoolConfig) {
  const known = googleMachine(type);
  return {
    type,
    vcpu: vcpu ?? known?.vcpu ?? 4,
    memoryBytes: memory === undefined ? (known?.memoryBytes ?? 16 * 2 ** 30) : bytesOf(memory),
    sharedCore: known?.sharedCore ?? false,
    architecture: known?.architecture ?? ("amd64" as const),
    volumes: known?.volumes ?? leastVolumes,
    hyperdisk: known?.hyperdisk ?? false,
    gpus: known?.gpus ?? 0,
    gpu: known?.gpu,
  };
}

type Machine = ReturnType<typeof machineOf>;

function gpusOf(pool: PoolConfig, machines: readonly Machine[]): ResolvedGpus | null {
  const part = machines.find((machine) => machine.gpu !== undefined);
  const type = part?.gpu ?? pool.gpu;
  if (type === undefined) return null;
  const driver = pool.gpuDriver === "latest" ? "LATEST" : "DEFAULT";
  return { type, count: part ? part.gpus : (pool.gpus ?? 1), shares: pool.gpuShares ?? 1, driver };
}

/** Keys of GPUs on machines that have none, or have them already. */
function misplacedOf(pool: PoolConfig, machines: readonly Machine[]) {
  const own = machines.some((machine) => machine.gpu !== undefined);
  const takes = machines.every((machine) => machine.type.startsWith("n1-"));
  const has = own || (takes && pool.gpu !== undefined);
  const keys = [
    ...(takes && !own ? [] : (["gpu"] as const)),
    ...(takes && pool.gpu !== undefined ? [] : (["gpus"] as const)),
    ...(has ? [] : (["gpuShares", "gpuDriver"] as const)),
  ];
  return keys.filter((key) => pool[key] !== undefined);
}

/** What pods may have on the least of the machines. */
function leastOf(machines: readonly Machine[]): NodeSize {
  const sizes = machines.map(({ vcpu, memoryBytes, sharedCore }) => gkeAllocatable(vcpu, memoryBytes, sharedCore));
  return {
    cores: Math.min(...sizes.map((size) => size.cores)) - gkePods.cores,
    memoryBytes: Math.min(...sizes.map((size) => size.memoryBytes)) - gkePods.memoryBytes,
  };
}

/** Types that are of another size than the first. */
function unequalOf([first, ...rest]: readonly Machine[]): string[] {
  return rest.flatMap((machine) => (first && !isAlike(first, machine) ? [machine.type] : []));
}

/** @param zones those of the site */
export function resolveGooglePool(
  id: string,
  pool: PoolConfig,
  zones: readonly string[],
  retiring: boolean,
): ResolvedGooglePool {
  const machines = [...new Set(pool.machines)].map((type) => machineOf(type, pool));
  const accelerator = gpusOf(pool, machines);
  const gpus = accelerator === null ? 0 : accelerator.count * accelerator.shares;
  const spot = pool.spot ?? pool.for === "dask";
  const inZones = zonesOf(pool, gpus, zones);
  const diskBytes = bytesOf(pool.disk ?? "100Gi");
  const minNodes = pool.minNodes ?? (pool.for === "core" ? 1 : 0);
  const nodePool = (machine: Machine, first: boolean, ofSpot: boolean): GkeNodePool => {
    const { type, count, shares } = accelerator ?? { type: null, count: 0, shares: 1 };
    const fields = {
      for: pool.for,
      machine: machine.type,
      spot: ofSpot,
      zones: inZones,
      diskBytes,
      type,
      count,
      shares,
    };
    const name = gkePoolName(spot && !ofSpot ? `${id}-full` : id, generationOf(fields));
    const { hyperdisk } = machine;
    return { name, machine: machine.type, spot: ofSpot, minNodes: first ? minNodes : 0, hyperdisk };
  };
  return {
    id,
    for: pool.for,
    select: poolSelector(id),
    tolerations: dedicatedTolerations(pool.for, gpus),
    allocatable: leastOf(machines),
    gpus,
    spot,
    minNodes,
    maxNodes: pool.maxNodes,
    pods: mostPods,
    volumes: Math.min(...machines.map((machine) => machine.volumes)),
    nodePools: [
      ...machines.map((machine, i) => nodePool(machine, i === 0, spot)),
      ...(spot && pool.onDemand !== "none" ? machines.map((machine) => nodePool(machine, false, false)) : []),
    ],
    machines: machines.map(({ type }) => type),
    architecture: machines[0]?.architecture ?? "amd64",
    accelerator,
    zones: inZones,
    diskBytes,
    imageStreaming: pool.imageStreaming !== "none",
    labels: nodeLabels(id, pool),
    taints: dedicatedTaints(pool.for, gpus),
    unknown: pool.machines.filter((type) => !googleMachine(type) && (!pool.vcpu || !pool.memory)),
    unequal: unequalOf(machines),
    misplaced: misplacedOf(pool, machines),
    retiring,
  };
}
