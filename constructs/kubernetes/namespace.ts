import { NamespaceV1 } from "@cdktf/provider-kubernetes/lib/namespace-v1";
import { Construct } from "constructs";
import { expiryLifecycle } from "../expiry";

export interface NamespaceProps {
  readonly name: string;
  /** Labels beside those of Pod Security. */
  readonly labels: Readonly<Record<string, string>>;
  /** What the API server enforces of Pod Security. */
  readonly enforce: "privileged" | "baseline" | "restricted";
  /** ISO 8601 instant from which the plan fails; null for never. */
  readonly expires: string | null;
}

/** A namespace: the first of a stack and the last to go, so that nothing of the stack is left in the cluster. */
export class Namespace extends Construct {
  readonly resource: NamespaceV1;
  /** The name, as a reference: what uses it is made after it. */
  readonly name: string;

  constructor(scope: Construct, id: string, { name, labels, enforce, expires }: NamespaceProps) {
    super(scope, id);
    this.resource = new NamespaceV1(this, "namespace", {
      metadata: {
        name,
        labels: {
          "app.kubernetes.io/managed-by": "isthmus",
          "pod-security.kubernetes.io/enforce": enforce,
          "pod-security.kubernetes.io/warn": "restricted",
          ...labels,
        },
      },
      waitForDefaultServiceAccount: true,
      ...expiryLifecycle(this, expires),
    });
    this.name = name;
  }
}
