import type { NodeSize } from "../machines/allocatable";
import { halvings, perNode, roomOf, type Share } from "../machines/shares";
import { bytesOf } from "../schema/fields";
import type { ClusterHubConfig } from "../schema/site";
import type { ResolvedPool } from "./pools";

/** A size that a notebook may have. */
export interface NotebookSize extends NodeSize {
  /** Stable: `<pool>-<so many fill a node>`, or the size as written. */
  readonly id: string;
  readonly title: string;
  /** Cores at most, where the node has them free: the node's. `cores` are promised. */
  readonly coresLimit: number;
  /** The pool whose nodes hold it; null where none does, which a rule refuses. */
  readonly pool: string | null;
}

/** A size that a Dask worker may have. `cores` are promised, `threads` are the limit: together they fill a node. */
export interface WorkerSize extends NodeSize {
  readonly id: string;
  readonly title: string;
  readonly threads: number;
  readonly pool: string;
  readonly perNode: number;
}

type ProfileConfig = ClusterHubConfig["profiles"][string];

/** Halvings of a node that a form can show. */
const mostHalvings = 5;

/** Worker sizes of a pool: 1 to 32 fill a node. */
const mostWorkerSizes = 6;

/** Sizes of a profile: as written, the share of its GPUs in a node, or the halvings of the user pools' nodes. */
export function notebookSizes(profile: ProfileConfig, pools: readonly ResolvedPool[]): NotebookSize[] {
  const gpu = profile.gpu ?? 0;
  const fitting = pools.filter((p) => p.for === "user" && (gpu > 0 ? p.gpus >= gpu : p.gpus === 0)).sort(bySize);
  if (profile.sizes) return profile.sizes.map((size) => asWritten(size, fitting));
  if (gpu > 0)
    return fitting.flatMap((pool) => shared(pool, halvings(pool.allocatable, mostHalvings), pool.gpus / gpu));
  const sizes: NotebookSize[] = [];
  for (const pool of fitting) {
    const most = sizes.at(-1)?.memoryBytes ?? 0;
    const own = halvings(pool.allocatable, mostHalvings).map((share) => ofShare(pool, share));
    sizes.push(...own.filter((size) => size.memoryBytes > most * 1.2));
  }
  return sizes;
}

function bySize(a: ResolvedPool, b: ResolvedPool): number {
  return a.allocatable.memoryBytes - b.allocatable.memoryBytes;
}

/** The part of a node that goes with its GPUs: the largest halving of which as many fill a node. */
function shared(pool: ResolvedPool, shares: readonly Share[], count: number): NotebookSize[] {
  const share = [...shares].reverse().find((s) => s.perNode >= Math.floor(count));
  return share ? [ofShare(pool, share)] : [];
}

function ofShare(pool: ResolvedPool, share: Share): NotebookSize {
  return sized(`${pool.id}-${share.perNode}`, share, pool);
}

function asWritten(size: NonNullable<ProfileConfig["sizes"]>[number], pools: readonly ResolvedPool[]): NotebookSize {
  const memory = typeof size === "string" ? size : size.memory;
  const memoryBytes = bytesOf(memory);
  const wanted = (pool: ResolvedPool): NodeSize => ({
    memoryBytes,
    cores: typeof size === "string" ? proportional(memoryBytes, pool) : size.cores,
  });
  const pool = pools.find((p) => perNode(p.allocatable, wanted(p)) >= 1);
  const at = pool ?? pools.at(-1);
  const cores = typeof size === "string" ? 0 : size.cores;
  const id = `${memory}${cores > 0 ? `-${cores}` : ""}`.toLowerCase().replaceAll(".", "-");
  const made = sized(id, at ? wanted(at) : { memoryBytes, cores }, at);
  return { ...made, pool: pool?.id ?? null };
}

/** Cores in the node's own proportion to its memory. */
function proportional(memoryBytes: number, pool: ResolvedPool): number {
  const room = roomOf(pool.allocatable);
  return Math.floor((memoryBytes / room.memoryBytes) * room.cores * 100) / 100;
}

function sized(id: string, { cores, memoryBytes }: NodeSize, pool: ResolvedPool | undefined): NotebookSize {
  const coresLimit = Math.max(cores, Math.floor(pool?.allocatable.cores ?? cores));
  const title = `${gib(memoryBytes)}, ${rounded(cores)} to ${rounded(coresLimit)} CPUs`;
  return { id, title, cores, coresLimit, memoryBytes, pool: pool?.id ?? null };
}

/** Worker sizes of which a whole number fills a node, within a cluster's cap. */
export function workerSizes(
  pools: readonly ResolvedPool[],
  cap: { readonly cores: number; readonly memoryBytes: number },
): WorkerSize[] {
  const sizes = pools.flatMap((pool) =>
    halvings(pool.allocatable, mostWorkerSizes).map(({ perNode: count, cores, memoryBytes }): WorkerSize => {
      const threads = Math.max(1, Math.round(cores));
      const title = `${threads} ${threads === 1 ? "thread" : "threads"}, ${gib(memoryBytes)}`;
      return { id: `${pool.id}-${count}`, title, cores, threads, memoryBytes, pool: pool.id, perNode: count };
    }),
  );
  return sizes
    .filter((size) => size.threads <= cap.cores && size.memoryBytes <= cap.memoryBytes)
    .sort((a, b) => a.memoryBytes - b.memoryBytes);
}

function gib(bytes: number): string {
  return `${rounded(bytes / 2 ** 30)} GiB`;
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
