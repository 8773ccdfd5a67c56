import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { ServiceAccountIamMember } from "@cdktf/provider-google/lib/service-account-iam-member";
import { Construct } from "constructs";

/** Annotations of a service account of Kubernetes whose pods are an account. Computed, so that they can be read before anything is made. */
export function podAnnotations(accountId: string, project: string): Readonly<Record<string, string>> {
  return { "iam.gke.io/gcp-service-account": `${accountId}@${project}.iam.gserviceaccount.com` };
}

export interface PodAccountProps {
  readonly project: string;
  /** What comes before the @ of its address. */
  readonly accountId: string;
  readonly description: string;
  /** Of the one service account of Kubernetes whose pods are it. */
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** A service account of Google that pods are (Workload Identity Federation for GKE): those of one service account, and nobody else. */
export class PodAccount extends Construct {
  /** Annotations of the service account of Kubernetes. */
  readonly annotations: Readonly<Record<string, string>>;
  /** As policies name it. */
  readonly member: string;
  readonly binding: ServiceAccountIamMember;

  constructor(scope: Construct, id: string, props: PodAccountProps) {
    super(scope, id);
    const { project, accountId, description, namespace, serviceAccount } = props;
    const account = new ServiceAccount(this, "account", { accountId, displayName: description });
    this.binding = new ServiceAccountIamMember(this, "pods", {
      serviceAccountId: account.name,
      role: "roles/iam.workloadIdentityUser",
      member: `serviceAccount:${project}.svc.id.goog[${namespace}/${serviceAccount}]`,
    });
    this.member = account.member;
    this.annotations = podAnnotations(accountId, project);
  }
}
