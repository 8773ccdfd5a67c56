import type { Rule } from "./rule";
import { awsClusters, googleClusters } from "./walk";

export const budget: Rule = {
  id: "budget",
  reason: "Machines cost money as long as somebody runs them: somebody is told before it is gone.",
  check: (federation) =>
    [...awsClusters(federation), ...googleClusters(federation)].flatMap(({ id, budgetTold }) => {
      if (budgetTold) return [];
      const message = "nobody is told what this cluster costs";
      const fix =
        "write budget: {monthlyUsd: 500, notify: [ops@example.org]}, or budget: none where somebody else watches";
      return [{ site: id, path: ["cluster"], atKey: true, message, fix }];
    }),
};
