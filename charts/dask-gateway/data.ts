import type { Abroad } from "../../config/resolve/abroad";
import type { ResolvedClusterHub } from "../../config/resolve/cluster-hub";
import type { ResolvedPool } from "../../config/resolve/pools";
import { abroadVariables, clientVariables } from "../client";
import { imageExpression } from "../jupyterhub/expressions";

/** What the gateway's program reads: nothing in it is secret, and nothing of it is program text. */
export interface GatewayData {
  /** Caps over the cores of workers. */
  readonly limits: NonNullable<ResolvedClusterHub["dask"]>["limits"];
  readonly idleSeconds: number;
  /** Worker sizes by their titles, which are shown; ids are for programs. */
  readonly sizes: readonly GatewaySize[];
  /** Where workers of the sizes run, by the pools' ids. */
  readonly pools: Readonly<Record<string, Place>>;
  /** Id of the size unless a user asks for another. */
  readonly worker: string;
  /** Images that clusters may run; the first is that of a cluster whose user asks for none. */
  readonly images: readonly string[];
  /** A regular expression for further ones; null: none. */
  readonly otherImages: string | null;
  /** Variables of schedulers and workers, the notebook's; `{user}` stands for the user's prefix. */
  readonly environment: Readonly<Record<string, string>>;
}

interface GatewaySize {
  readonly id: string;
  readonly title: string;
  readonly cores: number;
  readonly threads: number;
  readonly memoryBytes: number;
  readonly pool: string;
}

/** What sends a pod to a pool's nodes and to no others. */
interface Place {
  readonly nodeSelector: ResolvedPool["select"];
  readonly tolerations: ResolvedPool["tolerations"];
}

export interface GatewayDataProps {
  /** With Dask, and with a worker size. */
  readonly hub: ResolvedClusterHub;
  readonly pools: readonly ResolvedPool[];
  /** Variables of the site's store. */
  readonly storeEnvironment: Readonly<Record<string, string>>;
  /** What users' pods are in other clouds. */
  readonly abroad: Abroad;
}

/** The data of a hub's Dask Gateway. */
export function gatewayData({ hub, pools, storeEnvironment, abroad }: GatewayDataProps): GatewayData {
  const { dask } = hub;
  if (!dask?.worker) throw new Error(`${hub.id}: no Dask, or no worker size`);
  const { limits, idleSeconds, worker } = dask;
  // The default profile's first: whoever names no image gets what most notebooks run.
  const profiles = hub.profiles
    .filter((p) => p.dask || p.default)
    .sort((a, b) => Number(b.default) - Number(a.default));
  const patterns = [...new Set(profiles.flatMap((profile) => profile.otherImages))];
  return {
    limits,
    idleSeconds,
    sizes: titled(dask.sizes).map(({ id, title, cores, threads, memoryBytes, pool }) => ({
      ...{ id, title, cores, threads, memoryBytes, pool },
    })),
    pools: Object.fromEntries(
      pools
        .filter((pool) => pool.for === "dask")
        .map(({ id, select, tolerations }) => [id, { nodeSelector: select, tolerations }]),
    ),
    worker: worker.id,
    images: [...new Set(profiles.map((profile) => profile.image))],
    otherImages: patterns.length > 0 ? imageExpression(patterns) : null,
    environment: { ...storeEnvironment, ...abroadVariables(abroad), ...hub.environment, ...clientVariables },
  };
}

type WorkerSize = NonNullable<ResolvedClusterHub["dask"]>["sizes"][number];

/** Two pools of equal nodes have sizes of equal titles: those say their pool. */
function titled(sizes: readonly WorkerSize[]): readonly WorkerSize[] {
  const alike = (title: string) => sizes.filter((size) => size.title === title).length > 1;
  return sizes.map((size) => (alike(size.title) ? { ...size, title: `${size.title} (${size.pool})` } : size));
}
