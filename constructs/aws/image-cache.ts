import { EcrPullThroughCacheRule } from "@cdktf/provider-aws/lib/ecr-pull-through-cache-rule";
import { EcrRepositoryCreationTemplate } from "@cdktf/provider-aws/lib/ecr-repository-creation-template";
import { Construct } from "constructs";
import type { ResolvedImageCache } from "../../config/resolve/image-cache";
import type { Statement } from "./statement";

/**
 * Registries whose images nodes get through the account's own: the first who asks for an image makes its repository, from which it goes
 * after some days. Repositories that were made so stay when the cache goes, without images in the end.
 */
export class ImageCache extends Construct {
  constructor(scope: Construct, id: string, { registries, keepDays }: ResolvedImageCache) {
    super(scope, id);
    for (const { registry, prefix, upstream, secretArn } of registries) {
      new EcrPullThroughCacheRule(this, registry, {
        ecrRepositoryPrefix: prefix,
        upstreamRegistryUrl: upstream,
        ...(secretArn === null ? {} : { credentialArn: secretArn }),
      });
      new EcrRepositoryCreationTemplate(this, `${registry}-repositories`, {
        prefix,
        description: `Images of ${registry}`,
        appliedFor: ["PULL_THROUGH_CACHE"],
        lifecyclePolicy: JSON.stringify(goesAfter(keepDays)),
      });
    }
  }
}

function goesAfter(days: number) {
  const selection = { tagStatus: "any", countType: "sinceImagePushed", countUnit: "days", countNumber: days };
  return {
    rules: [{ rulePriority: 1, description: "who asks brings it back", selection, action: { type: "expire" } }],
  };
}

interface At {
  readonly account: string;
  readonly region: string;
}

/** What machines may do beside pulling images: bring what is cached for the first time. */
export function cacheRights(cache: ResolvedImageCache | null, { account, region }: At): Statement[] {
  if (!cache) return [];
  return [
    {
      Sid: "FillCache",
      Effect: "Allow",
      Action: ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
      Resource: cache.registries.map(({ prefix }) => `arn:aws:ecr:${region}:${account}:repository/${prefix}/*`),
    },
  ];
}
