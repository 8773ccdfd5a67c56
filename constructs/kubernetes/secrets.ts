import { SecretV1 } from "@cdktf/provider-kubernetes/lib/secret-v1";
import { TerraformStack, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import type { SecretRef } from "../../config/schema/fields";
import type { Namespace } from "./namespace";
import type { SecretObject } from "./platform";

export interface SecretsProps {
  readonly namespace: Namespace;
  readonly secrets: readonly SecretObject[];
}

/**
 * Secrets of a namespace, by write-only attributes: values come from variables of the engine (`TF_VAR_<NAME>`, which `isthmus up`
 * sets from the environment variable <NAME>) and are neither in the synthesized stack nor in the state. Raising a
 * reference's `revision` writes the value anew.
 */
export class Secrets extends Construct {
  readonly resources: readonly SecretV1[];

  constructor(scope: Construct, id: string, { namespace, secrets }: SecretsProps) {
    super(scope, id);
    this.resources = secrets.map(
      ({ name, data }) =>
        new SecretV1(this, name, {
          metadata: { name, namespace: namespace.name, labels: { "app.kubernetes.io/managed-by": "isthmus" } },
          dataWo: Object.fromEntries(Object.entries(data).map(([key, ref]) => [key, variableOf(this, ref)])),
          // A sum, so that raising any of them raises it.
          dataWoRevision: Object.values(data).reduce((sum, ref) => sum + (ref.revision ?? 1), 0),
          dependsOn: [namespace.resource],
        }),
    );
  }
}

/** The stack's variable of an environment variable: one for all its uses. */
function variableOf(scope: Construct, { env }: SecretRef): string {
  const stack = TerraformStack.of(scope);
  const known = stack.node.tryFindChild(env);
  if (known instanceof TerraformVariable) return known.stringValue;
  const variable = new TerraformVariable(stack, env, { type: "string", sensitive: true, nullable: false });
  variable.addOverride("ephemeral", true);
  variable.overrideLogicalId(env);
  return variable.stringValue;
}
