import { eksVersions } from "../machines/eks-versions";
import { gkeVersions } from "../machines/gke-versions";
import { listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { awsClusters, googleClusters } from "./walk";

export const kubernetesVersion: Rule = {
  id: "kubernetes-version",
  reason:
    "A cluster's add-ons go with its version, and one whose support is over costs six times as much, or is not made at all.",
  check: (federation) => [
    ...awsClusters(federation).flatMap(({ id, cluster: { kubernetes } }) => {
      const known = Object.keys(eksVersions);
      const message = "no add-ons are known here for this version of Kubernetes on EKS";
      return known.includes(kubernetes) ? [] : [unknown(id, message, known)];
    }),
    ...googleClusters(federation).flatMap(({ id, cluster: { kubernetes } }) => {
      const message = "no channel of GKE is known here to offer this version of Kubernetes";
      const minor = kubernetes?.split(".").slice(0, 2).join(".");
      return minor === undefined || gkeVersions.includes(minor) ? [] : [unknown(id, message, gkeVersions)];
    }),
  ],
};

function unknown(site: string, message: string, known: readonly string[]): RuleFinding {
  const fix = "write one of them, or use another version of Isthmus";
  return { site, path: ["cluster", "kubernetes"], message, allowed: listed(known), fix };
}
