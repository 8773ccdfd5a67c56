import type { Rule, RuleFinding } from "./rule";
import { awsClusters, googleClusters } from "./walk";

export const imageCache: Rule = {
  id: "image-cache",
  reason:
    "ECR signs in to a registry with a secret of its own account and region; a cache of no registry caches nothing.",
  check: (federation) => [
    ...googleClusters(federation).flatMap(({ id: site, cluster: { imageCache: cache } }): RuleFinding[] =>
      cache?.registries.length === 0 ? [{ site, ...nothing }] : [],
    ),
    ...awsClusters(federation).flatMap(({ id: site, account, region, cluster }): RuleFinding[] => {
      if (!cluster.imageCache) return [];
      const path = ["cluster", "imageCache"];
      const { registries } = cluster.imageCache;
      if (registries.length === 0) return [{ site, ...nothing }];
      const own = `arn:aws:secretsmanager:${region}:${account}:`;
      return registries.flatMap(({ registry, secretArn }) => {
        if (secretArn === null || secretArn.startsWith(own)) return [];
        const message = "the secret is of another account or region, where ECR cannot read it";
        return [
          { site, path: [...path, registry, "awsSecret"], message, allowed: `${own}...`, fix: "name a copy there" },
        ];
      });
    }),
  ],
};

const nothing = {
  path: ["cluster", "imageCache"],
  message: "no registry is cached",
  fix: "write quay.io: anonymous, or remove it",
};
