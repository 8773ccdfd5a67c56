/** Versions of the add-ons of EKS that go with one of Kubernetes: an add-on of another fails when it is applied. */
export interface EksAddons {
  readonly "vpc-cni": string;
  readonly "kube-proxy": string;
  readonly coredns: string;
  readonly "eks-pod-identity-agent": string;
  readonly "aws-ebs-csi-driver": string;
  readonly "aws-efs-csi-driver": string;
}

/**
 * Versions of Kubernetes whose standard support by EKS had not ended when this was written, oldest first, with add-ons that
 * `aws eks describe-addon-versions` named for them (as clusters that were made recorded it: 1.34 in 2026-01, 1.35 and 1.36 in 2026-08).
 */
export const eksVersions: Readonly<Record<string, EksAddons>> = {
  "1.34": {
    "vpc-cni": "v1.21.1-eksbuild.1",
    "kube-proxy": "v1.34.1-eksbuild.2",
    coredns: "v1.12.4-eksbuild.1",
    "eks-pod-identity-agent": "v1.3.10-eksbuild.2",
    "aws-ebs-csi-driver": "v1.54.0-eksbuild.1",
    "aws-efs-csi-driver": "v2.1.15-eksbuild.1",
  },
  "1.35": {
    "vpc-cni": "v1.22.4-eksbuild.3",
    "kube-proxy": "v1.35.3-eksbuild.21",
    coredns: "v1.13.2-eksbuild.21",
    "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
    "aws-ebs-csi-driver": "v1.63.1-eksbuild.1",
    "aws-efs-csi-driver": "v3.4.1-eksbuild.1",
  },
  "1.36": {
    "vpc-cni": "v1.22.4-eksbuild.3",
    "kube-proxy": "v1.36.0-eksbuild.21",
    coredns: "v1.14.3-eksbuild.16",
    "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
    "aws-ebs-csi-driver": "v1.63.1-eksbuild.1",
    "aws-efs-csi-driver": "v3.4.1-eksbuild.1",
  },
};

/** The version of a cluster that names none: EKS raises none by more than one, so a new default is told in the change log. */
export const defaultEksVersion = "1.35";
