import type { Rule, RuleFinding } from "./rule";
import { awsClusters } from "./walk";

export const madeNetwork: Rule = {
  id: "made-network",
  reason: "Nothing of a network that exists is changed, and one that is made must hold a subnet for each zone.",
  check: (federation) =>
    awsClusters(federation).flatMap(({ id: site, cluster }): RuleFinding[] => {
      const { network, madeOnly } = cluster;
      if (network.kind === "existing")
        return madeOnly.map((key) => {
          const message = "the network exists, and nothing of it is changed";
          return { site, path: ["cluster", "network", key], message, fix: "remove it" };
        });
      const bits = Number(network.cidr.split("/")[1]);
      if (bits >= 16 && bits <= 19) return [];
      const message = "too large for AWS, or too small for nodes and pods in each zone";
      return [{ site, path: ["cluster", "network", "cidr"], message, allowed: "/16 to /19", fix: "write 10.0.0.0/16" }];
    }),
};
