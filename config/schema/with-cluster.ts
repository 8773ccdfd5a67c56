import type { z } from "zod";
import { type Note, pack } from "./fields";

export interface WithCluster {
  /** Keys that mean something beside a cluster only. */
  readonly onCluster: readonly string[];
  /** Zones as an example, for a site of this region. */
  readonly zones: (region: unknown) => string;
}

/** Of a site on a cloud, what a cluster needs beside it, and what needs a cluster. */
export function withCluster({ onCluster, zones }: WithCluster) {
  return (payload: z.core.ParsePayload): void => {
    const site = payload.value as Readonly<Record<string, unknown>> | null;
    if (typeof site !== "object" || site === null) return;
    const fault = (key: string, note: Note) =>
      payload.issues.push({
        ...{ code: "custom", path: [key], message: pack(note) },
        ...{ input: site[key], params: { key: true } },
      });
    if (site.cluster === undefined) {
      const fix = "remove it, or write `cluster`";
      for (const key of onCluster)
        if (site[key] !== undefined) fault(key, { message: `"${key}" has no meaning without a cluster`, fix });
      return;
    }
    if (site.domain === undefined)
      fault("cluster", { message: "a cluster's hubs need a domain", fix: "write domain: NAME for the site" });
    if (site.zones === undefined)
      fault("cluster", { message: "a cluster needs zones", fix: `write zones: [${zones(site.region)}]` });
    if (site.servedBy !== undefined)
      fault("servedBy", { message: "a site with a cluster has a gateway of its own", fix: "remove it" });
  };
}
