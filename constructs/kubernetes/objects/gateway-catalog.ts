import { archiveOf } from "../../../charts/zarr-gateway/archive";
import { catalogPartName, catalogParts } from "../../../charts/zarr-gateway/names";
import { type ClusterFrontProps, clusterFront } from "../../../charts/zarr-gateway/nginx";
import type { CatalogFiles } from "../../catalog/files";
import type { KubeObject } from "./object";

export interface GatewayCatalogProps extends ClusterFrontProps {
  /** The gateway's. */
  readonly namespace: string;
  readonly pages: CatalogFiles;
  /** The portal page. */
  readonly portal: string;
}

/**
 * Compressed bytes of one ConfigMap. Helm keeps a release in one Secret of at most 1 MiB, and each byte in it 2.7 times: in the values,
 * in what was rendered from them, and both in base64.
 */
const partBytes = 320 * 1024;

/**
 * What the gateway serves: its configuration with the map of datasets, the catalog's pages and the portal, as a compressed archive
 * in ConfigMaps, each of them for a release of its own. Pods take up a whole archive or nothing, so the releases' order is free.
 *
 * @throws Error where it is larger than the gateway's pods can mount
 */
export function gatewayCatalog({ namespace, pages, portal, ...front }: GatewayCatalogProps): KubeObject[] {
  const catalog = [...pages].map(([path, text]) => [`catalog/${path}`, text] as const);
  return archiveMaps(namespace, new Map([["nginx.conf", clusterFront(front)], ["portal.html", portal], ...catalog]));
}

/**
 * Files as an archive in ConfigMaps.
 *
 * @throws Error where it is larger than the gateway's pods can mount
 */
export function archiveMaps(namespace: string, files: ReadonlyMap<string, string>): KubeObject[] {
  const { digest, parts } = archiveOf(files, partBytes);
  if (parts.length > catalogParts) {
    const [has, most] = [parts.length, catalogParts].map((n) => `${((n * partBytes) / 2 ** 20).toFixed(1)} MiB`);
    throw new Error(`the catalog's ${files.size} files take ${has} compressed, and the gateway can mount ${most}`);
  }
  return parts.map((part, i) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: catalogPartName(i), namespace },
    ...(i === 0 ? { data: { digest } } : {}),
    binaryData: { [`part-${String(i).padStart(2, "0")}`]: part.toString("base64") },
  }));
}
