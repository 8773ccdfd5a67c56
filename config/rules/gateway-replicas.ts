import type { Rule } from "./rule";
import { clusterSites } from "./walk";

export const gatewayReplicas: Rule = {
  id: "gateway-replicas",
  reason: "A gateway cannot have more copies at least than at most: its autoscaler would be refused.",
  check: (federation) =>
    clusterSites(federation).flatMap(({ id, gateway }) => {
      const replicas = gateway?.replicas;
      if (!replicas || replicas.min <= replicas.max) return [];
      const path = ["zarrGateway", "replicas", "min"];
      const message = "more copies at least than at most";
      return [{ site: id, path, message, allowed: `at most ${replicas.max}`, fix: "lower it, or raise max" }];
    }),
};
