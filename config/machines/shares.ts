import type { NodeSize } from "./allocatable";

/**
 * What the node's own pods take (network, disks, metrics, the puller of images), a little more than 2i2c measured on its clusters:
 * 0.1 to 0.3 cores and 200 to 600 MiB.
 */
const nodePods = { cores: 0.3, memoryBytes: 600 * 2 ** 20 } as const;

/** What is left of a node for pods of users. */
export function roomOf({ cores, memoryBytes }: NodeSize): NodeSize {
  return { cores: cores - nodePods.cores, memoryBytes: memoryBytes - nodePods.memoryBytes };
}

const MI = 2 ** 20;

/** Rounded down, so that the parts of a node always fit it: cores to hundredths, memory to 16 MiB. */
function part(room: NodeSize, count: number): NodeSize {
  return {
    cores: Math.floor((room.cores / count) * 100) / 100,
    memoryBytes: Math.floor(room.memoryBytes / count / (16 * MI)) * 16 * MI,
  };
}

/** A part of a node: so many of them fill one. */
export interface Share extends NodeSize {
  readonly perNode: number;
}

/** Below these a notebook or a worker is of no use to anybody. */
const least = { cores: 0.2, memoryBytes: 0.9 * 2 ** 30 } as const;

/** Halvings of a node, the smallest first: at most `most` of them. */
export function halvings(node: NodeSize, most: number): Share[] {
  const room = roomOf(node);
  const shares = Array.from({ length: most }, (_, i) => ({ perNode: 2 ** i, ...part(room, 2 ** i) }));
  const useful = shares.filter((s) => s.cores >= least.cores && s.memoryBytes >= least.memoryBytes);
  return useful.reverse();
}

/** How many of a size one node holds. */
export function perNode(node: NodeSize, size: NodeSize): number {
  const room = roomOf(node);
  return Math.max(0, Math.floor(Math.min(room.cores / size.cores, room.memoryBytes / size.memoryBytes)));
}
