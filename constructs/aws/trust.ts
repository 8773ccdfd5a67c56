import type { Condition } from "./statement";

/** A statement of who takes a role. */
export interface Trust {
  readonly Effect: "Allow";
  readonly Principal: Readonly<Record<"Service", string>>;
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

/**
 * Pods of one account in one cluster, by EKS Pod Identity. Without the tags, which EKS puts on each session unless an association says
 * otherwise (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html), whoever may associate roles in any cluster of
 * the AWS account could give this one to pods of theirs.
 */
export function ofPods(cluster: string, { namespace, serviceAccount }: PodAccount): Trust {
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
