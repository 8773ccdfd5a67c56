/** What pods may have on one node. */
export interface NodeSize {
  readonly cores: number;
  readonly memoryBytes: number;
}

const GI = 2 ** 30;
const MI = 2 ** 20;

/** Part of each band of a resource that is kept back: [upper end of the band, part]. */
type Bands = readonly (readonly [number, number])[];

const coreBands: Bands = [
  [1, 0.06],
  [2, 0.01],
  [4, 0.005],
  [Number.POSITIVE_INFINITY, 0.0025],
];

const memoryBands: Bands = [
  [4 * GI, 0.25],
  [8 * GI, 0.2],
  [16 * GI, 0.1],
  [128 * GI, 0.06],
  [Number.POSITIVE_INFINITY, 0.02],
];

function kept(bands: Bands, total: number): number {
  return bands.reduce((sum, [end, part], i) => {
    const start = bands[i - 1]?.[0] ?? 0;
    return sum + Math.max(0, Math.min(total, end) - start) * part;
  }, 0);
}

/** What of its memory a machine does not show to its kernel: firmware, hypervisor and the kernel's own tables of pages. */
export interface Unseen {
  /** Of the memory as bought. */
  readonly part: number;
  /** On top of it. */
  readonly gib: number;
}

/**
 * What any machine of AWS keeps to itself, a little more than was measured for the worst family but c5 (`aws-unseen.ts`): 0.55 of
 * 8 GiB, 1.4 of 32, 19.5 of 512.
 */
export const mostUnseen: Unseen = { part: 0.0376, gib: 0.25 };

/**
 * What the kubelet of a node of EKS keeps back: 255 MiB and 11 for each of the `pods` that its network interfaces have addresses for,
 * cores as GKE does (https://github.com/awslabs/amazon-eks-ami, nodeadm/internal/kubelet/config.go).
 */
export function eksReserved(vcpu: number, pods: number): NodeSize {
  return { cores: kept(coreBands, vcpu), memoryBytes: (255 + 11 * pods) * MI };
}

/** What a node of EKS gives to pods: neither what its kubelet keeps back is theirs, nor 100 MiB before pods are evicted. */
export function eksAllocatable(vcpu: number, memoryBytes: number, pods: number, unseen = mostUnseen): NodeSize {
  const seen = memoryBytes * (1 - unseen.part) - unseen.gib * GI;
  const reserved = eksReserved(vcpu, pods);
  return { cores: vcpu - reserved.cores, memoryBytes: Math.floor(seen - reserved.memoryBytes - 100 * MI) };
}

/**
 * What a node gives to pods where nobody measured it: what GKE keeps back of a machine, which is the most of all clouds, with
 * its 100 MiB before pods are evicted (https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes).
 */
export function allocatableOf(vcpu: number, memoryBytes: number): NodeSize {
  return {
    cores: vcpu - kept(coreBands, vcpu),
    memoryBytes: Math.floor(memoryBytes - kept(memoryBands, memoryBytes) - 100 * MI),
  };
}

/**
 * What a machine of Google does not show to its kernel, as GKE's own autoscaler counts it on Container-Optimized OS
 * (https://github.com/kubernetes/autoscaler 87639e1, gce_reserved.go, 2026-08), and 72 MiB: nodes of 2i2c gave up to 65 MiB less than
 * that says.
 */
function gkeUnseen(memoryBytes: number): number {
  const wide = memoryBytes > 3 * GI ? 64 * MI : 0;
  const small = memoryBytes <= 8 * GI ? 8 * MI : 0;
  return memoryBytes / 64 + 16 * MI + wide + small + Math.min(0.00175 * memoryBytes, 248 * MI) + 72 * MI;
}

/**
 * What a node of GKE gives to pods: its kubelet keeps back parts of what the kernel shows. Of machines that share their cores it keeps
 * 1.06 of two, and 255 MiB where memory is below 1 GiB (https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes).
 */
export function gkeAllocatable(vcpu: number, memoryBytes: number, sharedCore = false): NodeSize {
  const seen = memoryBytes - gkeUnseen(memoryBytes);
  const { cores, memoryBytes: left } = allocatableOf(vcpu, seen);
  const tiny = Math.floor(seen - 255 * MI - 100 * MI);
  return { cores: sharedCore ? vcpu - 1.06 : cores, memoryBytes: seen < GI ? tiny : left };
}
