import type { Rule } from "./rule";
import { clusterSites } from "./walk";

export const ingressPods: Rule = {
  id: "ingress-pods",
  reason:
    "Requests from inside the cluster go past the ingress' address to its pods: users reach the site's data by these.",
  check: (federation) =>
    clusterSites(federation).flatMap(({ id: site, ingressClass, ingressPods: pods }) => {
      if (ingressClass !== null && pods === null) {
        const message = `not said which pods the ingress ${ingressClass} is, so users' pods cannot reach the site's data`;
        const fix = "write pods: {namespace: NAME}, or pods: none where it is outside the cluster";
        return [{ site, path: ["ingress"], message, fix }];
      }
      if (ingressClass === null && pods !== null) {
        const message = "the site's own Traefik is the ingress, whose pods are known";
        return [{ site, path: ["ingress", "pods"], message, fix: "remove it, or name the class" }];
      }
      return [];
    }),
};
