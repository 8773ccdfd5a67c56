import type { Rule, RuleFinding } from "./rule";
import { kubernetesSites } from "./walk";

export const oneCluster: Rule = {
  id: "one-cluster",
  reason:
    "A cluster is one site's: two would both bring cert-manager, and hubs of one name would share Dask's records.",
  check: (federation) => {
    const seen = new Map<string, string>();
    return kubernetesSites(federation).flatMap(({ id, kubeconfig }): RuleFinding[] => {
      const cluster = JSON.stringify(kubeconfig);
      const first = seen.get(cluster);
      if (first === undefined) {
        seen.set(cluster, id);
        return [];
      }
      const message = `this is the cluster of site ${first}`;
      return [{ site: id, path: ["kubeconfig", "context"], message, fix: "put its hubs and datasets into one site" }];
    });
  },
};
