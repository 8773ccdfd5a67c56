import type { ResolvedGoogleClusterSite } from "../resolve/google-site";
import type { Rule, RuleFinding } from "./rule";
import { awsClusters, googleClusters } from "./walk";

export const madeNetwork: Rule = {
  id: "made-network",
  reason:
    "Nothing of a network that exists is changed, and one that is made must hold a subnet for each zone, and all nodes.",
  check: (federation) => [
    ...awsClusters(federation).flatMap(({ id: site, cluster }): RuleFinding[] => {
      const { network, madeOnly } = cluster;
      if (network.kind === "existing") return meaningless(site, madeOnly);
      const bits = Number(network.cidr.split("/")[1]);
      if (bits >= 16 && bits <= 19) return [];
      const message = "too large for AWS, or too small for nodes and pods in each zone";
      return [{ site, path: ["cluster", "network", "cidr"], message, allowed: "/16 to /19", fix: "write 10.0.0.0/16" }];
    }),
    ...googleClusters(federation).flatMap(({ id, cluster }): RuleFinding[] =>
      cluster.network.kind === "existing"
        ? meaningless(id, cluster.madeOnly)
        : tooManyNodes(id, cluster, cluster.network.cidr),
    ),
  ],
};

function meaningless(site: string, keys: readonly string[]): RuleFinding[] {
  return keys.map((key) => {
    const message = "the network exists, and nothing of it is changed";
    return { site, path: ["cluster", "network", key], message, fix: "remove it" };
  });
}

/** Half of a network on Google Cloud is pods', 256 addresses for each node (`constructs/google/ranges.ts`). */
function tooManyNodes(site: string, { pools }: ResolvedGoogleClusterSite["cluster"], cidr: string): RuleFinding[] {
  const most = 2 ** (32 - Number(cidr.split("/")[1])) / 2 / 256;
  const nodes = pools.reduce((sum, pool) => sum + pool.nodePools.length * pool.maxNodes, 0);
  if (nodes <= most) return [];
  const message = `the pools may have ${nodes} nodes, and this network has addresses for the pods of ${most}`;
  const fix = "write fewer bits (10.0.0.0/10), or lower maxNodes";
  return [{ site, path: ["cluster", "network", "cidr"], message, fix }];
}
