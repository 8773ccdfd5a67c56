import type { ResolvedPool } from "../../config/resolve/pools";
import { catalogParts, gatewayRelease } from "./names";

export interface GatewayValuesProps {
  /** Host names that the gateway answers for: data, portal. */
  readonly hosts: readonly string[];
  readonly ingress: {
    readonly className: string;
    readonly annotations: Readonly<Record<string, string>>;
    /** Secret of the namespace with the hosts' certificate; null: none, or the ingress has one itself. */
    readonly tlsSecret: string | null;
  };
  readonly replicas: { readonly min: number; readonly max: number };
  /** Most bytes of stores' objects that each replica keeps. */
  readonly cacheBytes: number;
  /** Where it runs; null: anywhere. */
  readonly pool: Pick<ResolvedPool, "select" | "tolerations"> | null;
}

/** Values of this project's `zarr-gateway` chart, as the release {@link gatewayRelease}. */
export function gatewayValues({ hosts, ingress, replicas, cacheBytes, pool }: GatewayValuesProps) {
  const { className, annotations, tlsSecret } = ingress;
  return {
    catalog: { name: `${gatewayRelease}-catalog`, parts: catalogParts },
    cache: { sizeLimit: cacheVolume(cacheBytes) },
    replicas,
    hosts,
    ingress: { className, annotations, tlsSecret: tlsSecret ?? "" },
    ...(pool ? { nodeSelector: pool.select, tolerations: pool.tolerations } : {}),
  };
}

export type GatewayValues = ReturnType<typeof gatewayValues>;

/**
 * The cache's volume: a pod is evicted when it is full, and nginx removes what is too much only after it was written. A fifth more,
 * and 512 MiB of answers that are being fetched.
 */
function cacheVolume(cacheBytes: number): string {
  return `${Math.ceil((cacheBytes * 1.2) / 2 ** 20) + 512}Mi`;
}
