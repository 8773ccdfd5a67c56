import type { Condition } from "./statement";

/** A statement of who takes a role. */
export interface Trust {
  readonly Effect: "Allow";
  readonly Principal: { readonly Service: string } | { readonly Federated: string };
  readonly Action: string | readonly string[];
  readonly Condition?: Condition;
}

/** The account of pods in a cluster, as Kubernetes has it. */
export interface PodAccount {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** A service of AWS; `workingFor`: only as it works for this account, where it works for others by the same name. */
export function ofService(service: "eks" | "ec2" | "dlm" | "s3", workingFor?: string): Trust {
  return {
    Effect: "Allow",
    Principal: { Service: `${service}.amazonaws.com` },
    Action: "sts:AssumeRole",
    ...(workingFor === undefined ? {} : { Condition: { StringEquals: { "aws:SourceAccount": workingFor } } }),
  };
}

/** How AWS knows pods of a cluster: by EKS Pod Identity, or by tokens that an OIDC provider of the account's answers for. */
export type PodTrust =
  | { readonly kind: "agent"; readonly clusterArn: string }
  | {
      readonly kind: "irsa";
      readonly providerArn: string;
      /** What issues the tokens: a URL without its scheme, which only the engine knows. */
      readonly issuer: string;
    };

/** Pods of one account in one cluster. */
export function ofPods(how: PodTrust, pods: PodAccount): Trust {
  return how.kind === "agent" ? byAgent(how.clusterArn, pods) : byToken(how, pods);
}

/** For STS alone, as the tokens are that EKS gives to pods (https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html). */
function byToken(
  { providerArn, issuer }: Extract<PodTrust, { kind: "irsa" }>,
  { namespace, serviceAccount }: PodAccount,
): Trust {
  return {
    Effect: "Allow",
    Principal: { Federated: providerArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: tokenAudience,
        [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
      },
    },
  };
}

/** Whom the tokens are for. */
export const tokenAudience = "sts.amazonaws.com";

/**
 * By EKS Pod Identity. Without the tags, which EKS puts on each session unless an association says
 * otherwise (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html), whoever may associate roles in any cluster of
 * the AWS account could give this one to pods of theirs.
 */
function byAgent(cluster: string, { namespace, serviceAccount }: PodAccount): Trust {
  return {
    Effect: "Allow",
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Condition: {
      StringEquals: {
        "aws:RequestTag/eks-cluster-arn": cluster,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": serviceAccount,
      },
    },
  };
}
