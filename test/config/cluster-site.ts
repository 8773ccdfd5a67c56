import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatFaults } from "../../config/faults";
import type { ResolvedClusterHub } from "../../config/resolve/cluster-hub";
import type { ResolvedFederation } from "../../config/resolve/federation";
import type { ResolvedKubernetesSite } from "../../config/resolve/kubernetes-site";
import { type Files, load } from "./federation-of";

const example = join(__dirname, "..", "..", "config", "federations", "cluster");

/** The example's federation, with files of it replaced. */
export function clusterFederation(files: Files = {}): ResolvedFederation {
  const own = Object.fromEntries(
    ["federation.yaml", "sites/alps.yaml"].map((path) => [path, readFileSync(join(example, path), "utf8")]),
  );
  const { federation, faults } = load({ ...own, ...files });
  if (!federation) throw new Error(formatFaults(faults, "text"));
  return federation;
}

/** A site of a federation on Kubernetes that must be valid; by default the example's `alps`. */
export function clusterSite(files: Files = {}, id = "alps"): ResolvedKubernetesSite {
  const site = clusterFederation(files).sites.find((one) => one.id === id);
  if (site?.provider !== "kubernetes") throw new Error(`no site ${id}`);
  return site;
}

/** The example's site with parts of its text replaced. */
export function alteredSite(...changes: readonly (readonly [string, string])[]): ResolvedKubernetesSite {
  const text = changes.reduce(
    (now, [old, then]) => {
      if (!now.includes(old)) throw new Error(`the example has no ${old}`);
      return now.replace(old, then);
    },
    readFileSync(join(example, "sites", "alps.yaml"), "utf8"),
  );
  return clusterSite({ "sites/alps.yaml": text });
}

/** The hub `id` of a site. */
export function clusterHubOf(site: ResolvedKubernetesSite, id: string): ResolvedClusterHub {
  const hub = site.hubs.find((one) => one.id === id);
  if (!hub) throw new Error(`no hub ${id}`);
  return hub;
}
