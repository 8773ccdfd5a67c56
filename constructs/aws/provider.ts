import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { Construct } from "constructs";
import type { ResolvedAwsSite } from "../../config/resolve/aws-site";

export interface AwsProviderProps {
  readonly federation: string;
  readonly site: Pick<ResolvedAwsSite, "id" | "account" | "region" | "tags">;
}

/** Tags that costs are told by, of all that is a site's. */
export function siteTags({
  federation,
  site,
}: {
  readonly federation: string;
  readonly site: Pick<ResolvedAwsSite, "id" | "tags">;
}): Record<string, string> {
  return { ...site.tags, "managed-by": "isthmus", federation, site: site.id };
}

/** The engine's provider of a stack on AWS: in one account and no other, with tags that costs are told by on everything. */
export function awsProvider(scope: Construct, { federation, site }: AwsProviderProps): AwsProvider {
  return new AwsProvider(scope, "aws", {
    region: site.region,
    allowedAccountIds: [site.account],
    defaultTags: [{ tags: siteTags({ federation, site }) }],
  });
}
