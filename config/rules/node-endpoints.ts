import type { ResolvedAwsCluster } from "../resolve/aws-cluster";
import { listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { awsClusters } from "./walk";

/**
 * What nodes ask AWS for before they are ready: their network's add-on with its identity, and images of EKS's own
 * (https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html).
 */
function neededBy({ podIdentity }: ResolvedAwsCluster) {
  return ["ec2", "ecr.api", "ecr.dkr", "eks", podIdentity.kind === "agent" ? "eks-auth" : "sts"] as const;
}

export const nodeEndpoints: Rule = {
  id: "node-endpoints",
  reason: "Nodes come up with their network: without a NAT gateway, they reach AWS by its endpoints alone.",
  check: (federation) =>
    awsClusters(federation).flatMap(({ id: site, cluster }): RuleFinding[] => {
      const { network } = cluster;
      if (network.kind !== "made" || network.nat !== "none") return [];
      const missing = neededBy(cluster).filter((one) => !network.endpoints.includes(one));
      if (missing.length === 0) return [];
      const path = ["cluster", "network", "endpoints"];
      const message = `nodes without a NAT gateway would not become ready: no endpoint of ${listed(missing)}`;
      return [{ site, path, message, fix: "add them, or remove `endpoints`: all are there then" }];
    }),
};
