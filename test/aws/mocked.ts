import { resourcesOf } from "./policies";
import { cloudParts, type Found, StackFolder } from "./stack-folder";

/** Two expressions of the engine's that must be equal once all of a stack is made. */
export type Equal = readonly [left: string, right: string];

/** What a resource or a lookup answers, by its address. */
export interface Answer {
  readonly target: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A provider without an API behind it. */
export interface Mocked {
  readonly cloud: "aws" | "google";
  readonly version: string;
  /** What stands for the provider, in the engine's own words: once for each alias that a stack gives it. */
  readonly mock_provider: readonly object[];
  /** What resources and lookups of a stack answer, so that what refers to one is seen to refer to that one. */
  answers(json: string): readonly Answer[];
}

/** A stack to be made, and what must be equal then. */
export interface Made {
  readonly json: string;
  readonly equal: readonly Equal[];
}

/** Makes what of each stack is a cloud's, whole, in one run of the engine's own tests, where its provider is mocked, and asks then what must be equal. */
export async function madeOnMocks(
  found: Found,
  folder: string,
  { cloud, version, mock_provider, answers }: Mocked,
  stacks: Readonly<Record<string, Made>>,
) {
  const terraform = { required_providers: { [cloud]: { source: `hashicorp/${cloud}`, version } } };
  const root = new StackFolder(found, folder).write("main.tf.json", { terraform });
  for (const [name, { json }] of Object.entries(stacks))
    root.write(`stacks/${name}/cdk.tf.json`, { ...cloudParts(json, cloud), terraform });
  const run = Object.entries(stacks).map(([name, { json, equal }]) => {
    const of = answers(json);
    const [data, resources] = [of.filter(isLookup), of.filter((one) => !isLookup(one))];
    const overrides = {
      ...(resources.length > 0 ? { override_resource: resources } : {}),
      ...(data.length > 0 ? { override_data: data } : {}),
    };
    return [
      name,
      { command: "apply", module: { source: `./stacks/${name}` }, ...overrides, assert: equal.map(asserted) },
    ];
  });
  root.write("mocked.tftest.json", { mock_provider: { [cloud]: mock_provider }, run: Object.fromEntries(run) });
  await root.must("init", "-backend=false", "-input=false");
  return root.run("test", "-no-color");
}

const isLookup = ({ target }: Answer) => target.startsWith("data.");

const asserted = ([left, right]: Equal) => ({
  condition: `\${${left} == ${right}}`,
  error_message: `${left} is not ${right}`,
});

/** The ARN of a role of an account of the examples. */
export const roleArn = (name: string, account = "111122223333") => `arn:aws:iam::${account}:role/${name}`;

/** AWS's provider, which answers what its own schema takes; roles and subnets answer by what they are called. */
export function mockedAws(version: string, lookups: readonly Answer[] = []): Mocked {
  const provider = {
    mock_resource: {
      aws_kms_key: { defaults: { arn: "arn:aws:kms:us-west-2:111122223333:key/mocked", key_id: "mocked" } },
      aws_cloudwatch_log_group: { defaults: { arn: "arn:aws:logs:us-west-2:111122223333:log-group:mocked" } },
      aws_launch_template: { defaults: { id: "lt-00000000000000000", latest_version: 7 } },
      aws_eks_node_group: { defaults: { resources: [{ autoscaling_groups: [{ name: "mocked-machines" }] }] } },
      aws_eks_cluster: { defaults: { identity: [{ oidc: [{ issuer }] }] } },
    },
    mock_data: {
      aws_route53_zone: { defaults: { zone_id: "Z0MOCKED" } },
      aws_eks_cluster: { defaults: { identity: [{ oidc: [{ issuer }] }] } },
    },
  };
  const own = (json: string): readonly Answer[] => {
    const { data = {} } = JSON.parse(json) as { readonly data?: Readonly<Record<string, object>> };
    const asked = Object.entries(data).flatMap(([type, of]) => Object.keys(of).map((name) => `data.${type}.${name}`));
    return lookups.filter(({ target }) => asked.includes(target));
  };
  return {
    ...{ cloud: "aws", version, mock_provider: [provider] },
    answers: (json) => [...namedAws(json), ...own(json)],
  };
}

/** Who vouches for the pods of a cluster whose API is mocked. */
export const issuer = "https://oidc.eks.us-west-2.amazonaws.com/id/MOCKED";

function namedAws(json: string): Answer[] {
  return [...resourcesOf(json)].flatMap(([target, { name, tags }]): Answer[] => {
    if (target.startsWith("aws_iam_role.")) return [{ target, values: { arn: roleArn(`${name}`), id: name } }];
    if (!target.startsWith("aws_subnet.")) return [];
    return [{ target, values: { id: (tags as { readonly Name: string }).Name } }];
  });
}
