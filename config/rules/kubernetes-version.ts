import { eksVersions } from "../machines/eks-versions";
import { listed } from "../suggest";
import type { Rule } from "./rule";
import { awsClusters } from "./walk";

export const kubernetesVersion: Rule = {
  id: "kubernetes-version",
  reason: "A cluster's add-ons go with its version, and one whose support is over costs six times as much.",
  check: (federation) =>
    awsClusters(federation).flatMap(({ id, cluster }) => {
      const known = Object.keys(eksVersions);
      if (known.includes(cluster.kubernetes)) return [];
      const message = "no add-ons are known here for this version of Kubernetes on EKS";
      const fix = "write one of them, or use another version of Isthmus";
      return [{ site: id, path: ["cluster", "kubernetes"], message, allowed: listed(known), fix }];
    }),
};
