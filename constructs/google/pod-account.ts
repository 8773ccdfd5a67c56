import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { ServiceAccountIamMember } from "@cdktf/provider-google/lib/service-account-iam-member";
import { Construct } from "constructs";

/** Annotations of a service account of Kubernetes whose pods are an account. Computed, so that they can be read before anything is made. */
export function podAnnotations(accountId: string, project: string): Readonly<Record<string, string>> {
  return { "iam.gke.io/gcp-service-account": `${accountId}@${project}.iam.gserviceaccount.com` };
}

/** Pods of one service account of Kubernetes, in any cluster of a project. */
export interface PodsProps {
  readonly project: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Has pods be a service account of Google (Workload Identity Federation for GKE): those of one service account, and nobody else. */
export function podsAre(
  scope: Construct,
  account: { readonly name: string },
  { project, namespace, serviceAccount }: PodsProps,
): ServiceAccountIamMember {
  return new ServiceAccountIamMember(scope, "pods", {
    serviceAccountId: account.name,
    role: "roles/iam.workloadIdentityUser",
    member: `serviceAccount:${project}.svc.id.goog[${namespace}/${serviceAccount}]`,
  });
}

export interface PodAccountProps extends PodsProps {
  /** What comes before the @ of its address. */
  readonly accountId: string;
  readonly description: string;
}

/** A service account of Google that pods are, and nobody else. */
export class PodAccount extends Construct {
  /** Annotations of the service account of Kubernetes. */
  readonly annotations: Readonly<Record<string, string>>;
  /** As policies name it. */
  readonly member: string;
  readonly binding: ServiceAccountIamMember;

  constructor(scope: Construct, id: string, props: PodAccountProps) {
    super(scope, id);
    const { project, accountId, description } = props;
    const account = new ServiceAccount(this, "account", { accountId, displayName: description });
    this.binding = podsAre(this, account, props);
    this.member = account.member;
    this.annotations = podAnnotations(accountId, project);
  }
}
