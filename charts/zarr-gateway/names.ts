/** The gateway's Helm release, and so its objects and its Service. */
export const gatewayRelease = "zarr-gateway";

/** How many ConfigMaps a catalog may take: each pod's volume names them all, whether they are there or not. */
export const catalogParts = 16;

/** A ConfigMap of the catalog. */
export function catalogPartName(part: number): string {
  return `${gatewayRelease}-catalog-${String(part).padStart(2, "0")}`;
}
