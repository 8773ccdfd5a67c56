import type { EksCluster } from "@cdktf/provider-aws/lib/eks-cluster";
import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider";
import { Fn, TerraformLocal, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { awsClusterArn } from "../../config/aws-names";
import type { ResolvedAwsClusterSite } from "../../config/resolve/aws-site";
import { clusterIssuer } from "./lookup";
import { type PodTrust, tokenAudience } from "./trust";

/** How the stack that makes a cluster has its pods known: where that is by tokens, their issuer is made known to the account. */
export function madePodTrust(scope: Construct, site: ResolvedAwsClusterSite, cluster: EksCluster): PodTrust {
  if (site.cluster.podIdentity.kind === "agent") return byAgent(site);
  const url = cluster.identity.get(0).oidc.get(0).issuer;
  const { arn } = new IamOpenidConnectProvider(scope, "token-issuer", {
    url,
    clientIdList: [tokenAudience],
    tags: { Name: site.cluster.name },
  });
  return { kind: "irsa", providerArn: arn, issuer: withoutScheme(scope, url) };
}

/** The same in stacks that stand on the cluster. */
export function foundPodTrust(scope: Construct, site: ResolvedAwsClusterSite): PodTrust {
  if (site.cluster.podIdentity.kind === "agent") return byAgent(site);
  const issuer = withoutScheme(scope, clusterIssuer(TerraformStack.of(scope), site.cluster.name));
  return { kind: "irsa", providerArn: `arn:aws:iam::${site.account}:oidc-provider/${issuer}`, issuer };
}

function byAgent(site: ResolvedAwsClusterSite): PodTrust {
  return { kind: "agent", clusterArn: awsClusterArn(site, site.cluster.name) };
}

/** As policies name an issuer. A local value, since an expression with quotes in a policy's text would be hard to read there. */
function withoutScheme(scope: Construct, url: string): string {
  const stack = TerraformStack.of(scope);
  const known = stack.node.tryFindChild("issuer");
  const local =
    known instanceof TerraformLocal ? known : new TerraformLocal(stack, "issuer", Fn.trimprefix(url, "https://"));
  return local.asString;
}
