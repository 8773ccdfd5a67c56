import { didYouMean, listed } from "../suggest";
import { eksAllocatable, mostUnseen, type NodeSize, type Unseen } from "./allocatable";
import { type Architecture, disks, type Line, lines, networks, rounded } from "./aws-families";
import { awsTypeRows, singleFamilies, type TypeRow } from "./aws-types";

/** A type of machines of AWS, as it is bought. */
export interface AwsMachine {
  readonly type: string;
  /** What stands before the dot: `m7i` of `m7i.large`. */
  readonly family: string;
  readonly architecture: Architecture;
  readonly vcpu: number;
  readonly memoryBytes: number;
  /** `nvidia.com/gpu` of a node; 0 for most. */
  readonly gpus: number;
  /** What each GPU is. */
  readonly gpu?: { readonly name: string; readonly memoryBytes: number };
  /** Network interfaces, of the network card that pods have their addresses from. */
  readonly interfaces: number;
  /** IPv4 addresses of one interface; its first one is the node's. */
  readonly addresses: number;
  /** EBS volumes that pods may have on a node, with all interfaces in use and beside the volume that it starts from. */
  readonly volumes: number;
  /** An hour on demand with Linux, in dollars; where and when: `awsPrices`. */
  readonly price: number;
  /** What of its memory its kernel does not see. */
  readonly unseen: Unseen;
}

const GI = 2 ** 30;
const MI = 2 ** 20;

/** `medium` has one vCPU, `large` two, `xlarge` four, and `<n>xlarge` n times four. */
function vcpuOf(size: string): number {
  if (size === "medium") return 1;
  return size === "large" ? 2 : 4 * Number(size.replace("xlarge", "") || 1);
}

/** The first row that reaches as far as `vcpu`. */
function rowFor<R extends readonly [number, ...number[]]>(rows: readonly R[], vcpu: number): R {
  const row = rows.find(([end]) => vcpu <= end);
  if (!row) throw new Error(`no row for ${vcpu} vCPUs`);
  return row;
}

/** Of the disks that a machine takes, what is left for pods. */
function volumesOf(kind: "shared" | "own", most: number, interfaces: number): number {
  return kind === "own" ? most - 1 : most - interfaces;
}

/** AWS rounds halves of a hundred-thousandth up; the small part makes up for how such halves are kept. */
function priceOf(dollars: number): number {
  return Math.round(dollars * 1e5 + 1e-6) / 1e5;
}

function ofLine(line: Line, family: string, size: string, [gib, price]: readonly [number, number]): AwsMachine {
  const type = `${family}.${size}`;
  const vcpu = vcpuOf(size);
  const [, interfaces, addresses] = rowFor<readonly [number, number, number]>(networks[line.network], vcpu);
  const most = line.disks === "shared" ? disks.shared : rowFor<readonly [number, number]>(disks.own, vcpu)[1];
  return {
    ...{ type, family, architecture: line.architecture, vcpu, memoryBytes: vcpu * gib * GI, gpus: 0 },
    ...{ interfaces, addresses, volumes: volumesOf(line.disks, most, interfaces) },
    price: rounded[type] ?? priceOf(vcpu * price),
    unseen: line.unseen ?? mostUnseen,
  };
}

function ofRow([type, vcpu, gib, interfaces, addresses, most, price, gpus]: TypeRow): AwsMachine {
  const family = type.slice(0, type.indexOf("."));
  const facts = singleFamilies[family];
  if (!facts) throw new Error(`no family ${family}`);
  const { architecture, disks: kind, gpu } = facts;
  return {
    ...{ type, family, architecture, vcpu, memoryBytes: gib * GI, gpus },
    ...(gpu ? { gpu: { name: gpu[0], memoryBytes: gpu[1] * MI } } : {}),
    ...{ interfaces, addresses, volumes: volumesOf(kind, most, interfaces), price },
    unseen: facts.unseen ?? mostUnseen,
  };
}

const ofLines = lines.flatMap((line) =>
  Object.entries(line.families).flatMap(([family, facts]) =>
    line.sizes.split(" ").map((size) => ofLine(line, family, size, facts)),
  ),
);

/** Every type that is known here, a family's machines by size. */
export const awsMachines: readonly AwsMachine[] = [...ofLines, ...awsTypeRows.map(ofRow)];

const byType: ReadonlyMap<string, AwsMachine> = new Map(awsMachines.map((machine) => [machine.type, machine]));

/** What is known of a type, or undefined. */
export function awsMachine(type: string): AwsMachine | undefined {
  return byType.get(type);
}

/** What an unknown type may have been meant to be: the family's sizes, or a type of nearly that name. */
export function awsTypeHint(type: string): string {
  const family = type.split(".")[0];
  const siblings = awsMachines.filter((machine) => machine.family === family).map((machine) => machine.type);
  const near = didYouMean(type, siblings.length > 0 ? siblings : [...byType.keys()]);
  if (near) return near;
  if (siblings.length > 0) return `of ${family} there are ${listed(siblings)}`;
  return `families known here: ${[...new Set(awsMachines.map((machine) => machine.family))].join(", ")}`;
}

/** Addresses in one prefix, of which an interface holds as many as it would hold addresses. */
const prefix = 16;

/** Pods by the addresses that a machine has for them; two more have the node's own. */
function podsOf({ interfaces, addresses }: AwsMachine, each: number): number {
  return interfaces * (addresses - 1) * each + 2;
}

/**
 * Pods that a node of a managed node group takes: by its addresses, and at most 110, or 250 from 30 vCPUs on
 * (https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html). With prefixes, most machines reach that.
 */
export function awsMaxPods(machine: AwsMachine, { prefixDelegation }: { readonly prefixDelegation: boolean }): number {
  return Math.min(machine.vcpu < 30 ? 110 : 250, podsOf(machine, prefixDelegation ? prefix : 1));
}

/**
 * The most pods that any machine of this size has addresses for without prefixes, for where its type is not told; of any size up to
 * its vCPUs where none is known.
 */
export function mostAddressedPods(vcpu: number, memoryBytes: number): number {
  const most = (machines: readonly AwsMachine[]) => Math.max(0, ...machines.map((machine) => podsOf(machine, 1)));
  const near = ({ memoryBytes: of }: AwsMachine) => Math.abs(of / memoryBytes - 1) < 0.1;
  const known = most(awsMachines.filter((machine) => machine.vcpu === vcpu && near(machine)));
  return known || most(awsMachines.filter((machine) => machine.vcpu <= vcpu));
}

/**
 * What a node gives to pods. Its kubelet keeps memory for the pods that its addresses allow without prefixes, however many the node
 * group then allows: on nodes of 737 addresses and 250 pods, 2i2c measured what 737 take.
 */
export function awsNodeSizeOf(machine: AwsMachine): NodeSize {
  return eksAllocatable(machine.vcpu, machine.memoryBytes, podsOf(machine, 1), machine.unseen);
}

/** The same by type, or undefined for an unknown one. */
export function awsNodeSize(type: string): NodeSize | undefined {
  const machine = awsMachine(type);
  return machine && awsNodeSizeOf(machine);
}
