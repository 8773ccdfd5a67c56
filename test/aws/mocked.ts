import { resourcesOf } from "./policies";
import type { StackFolder } from "./stack-folder";

/** Two expressions of the engine's that must be equal once all of a stack is made. */
export type Equal = readonly [left: string, right: string];

/** The ARN of a role of the example's account. */
export const roleArn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;

/** Answers of a provider without an API behind it, where the real schema takes not any text, or where something refers to them. */
const provider = {
  mock_resource: {
    aws_kms_key: { defaults: { arn: "arn:aws:kms:us-west-2:111122223333:key/mocked", key_id: "mocked" } },
    aws_cloudwatch_log_group: { defaults: { arn: "arn:aws:logs:us-west-2:111122223333:log-group:mocked" } },
    aws_launch_template: { defaults: { id: "lt-00000000000000000", latest_version: 7 } },
    aws_eks_node_group: { defaults: { resources: [{ autoscaling_groups: [{ name: "mocked-machines" }] }] } },
  },
  mock_data: { aws_route53_zone: { defaults: { zone_id: "Z0MOCKED" } } },
};

/** Roles and subnets answer by what they are called, so that what refers to one is seen to refer to that one. */
function answers(json: string): object[] {
  return [...resourcesOf(json)].flatMap(([target, { name, tags }]): object[] => {
    if (target.startsWith("aws_iam_role.")) return [{ target, values: { arn: roleArn(`${name}`), id: name } }];
    if (!target.startsWith("aws_subnet.")) return [];
    return [{ target, values: { id: (tags as { readonly Name: string }).Name } }];
  });
}

/** What stands for a provider, by its name, and what some resources answer. */
export interface Mocked {
  readonly mock_provider: object;
  readonly answers: readonly object[];
}

/** Makes a stack of AWS whole in the engine's own tests, and asks then whether these are equal. */
export function madeUnderTest(stack: StackFolder, json: string, equal: readonly Equal[]) {
  return madeOnMocks(stack, { mock_provider: { aws: provider }, answers: answers(json) }, equal);
}

/** Makes a stack whole in the engine's own tests, where its provider is mocked, and asks then whether these are equal. */
export function madeOnMocks(stack: StackFolder, { mock_provider, answers: of }: Mocked, equal: readonly Equal[]) {
  const assert = equal.map(([left, right]) => ({
    condition: `\${${left} == ${right}}`,
    error_message: `${left} is not ${right}`,
  }));
  stack.write("mocked.tftest.json", {
    mock_provider,
    ...(of.length > 0 ? { override_resource: of } : {}),
    run: { made: { command: "apply", assert } },
  });
  return stack.run("test", "-no-color");
}
