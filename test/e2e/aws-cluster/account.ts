import type { FakeEks } from "../../aws/fake-eks";

/** What a stack can leave behind in an account: ids by kind, of all that is not on its way out. */
export async function inventory(aws: FakeEks): Promise<Record<string, string[]>> {
  const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, id = ""]) => id).sort();
  const left: Record<string, string[]> = {};
  for (const [kind, name, pattern] of machines) left[kind] = found(await aws.action("ec2", name), pattern);
  left.roles = found(await aws.action("iam", "ListRoles"), /<RoleName>([^<]+)/g);
  left.tags = found(await aws.action("autoscaling", "DescribeTags"), /<Key>([^<]+)/g);
  left.clusters = (await aws.eks<{ clusters: string[] }>("/clusters")).clusters;
  left.policies = found(await aws.request("dlm", "GET", "/policies"), /"PolicyId": "([^"]+)/g);
  for (const [kind, service, target, pattern] of others)
    left[kind] = found(JSON.stringify(await aws.json(service, target, asked[kind])), pattern);
  left.keys = await usableKeys(aws);
  return left;
}

const machines: readonly (readonly [string, string, RegExp])[] = [
  ["networks", "DescribeVpcs", /<vpcId>([^<]+)/g],
  ["subnets", "DescribeSubnets", /<subnetId>([^<]+)/g],
  ["routes", "DescribeRouteTables", /<routeTableId>([^<]+)/g],
  ["gateways", "DescribeInternetGateways", /<internetGatewayId>([^<]+)/g],
  ["addresses", "DescribeAddresses", /<allocationId>([^<]+)/g],
  ["nat", "DescribeNatGateways", /<natGatewayId>([^<]+)<\/natGatewayId>(?:(?!<\/item>)[\s\S])*<state>available/g],
  ["endpoints", "DescribeVpcEndpoints", /<vpcEndpointId>([^<]+)/g],
  ["groups", "DescribeSecurityGroups", /<groupId>([^<]+)/g],
  ["templates", "DescribeLaunchTemplates", /<launchTemplateId>([^<]+)/g],
  ["disks", "DescribeVolumes", /<volumeId>([^<]+)/g],
];

const others: readonly (readonly [string, string, string, RegExp])[] = [
  ["aliases", "kms", "TrentService.ListAliases", /"AliasName":"([^"]+)/g],
  ["budgets", "budgets", "AWSBudgetServiceGateway.DescribeBudgets", /"BudgetName":"([^"]+)/g],
  ["logs", "logs", "Logs_20140328.DescribeLogGroups", /"logGroupName":"([^"]+)/g],
];

const asked: Readonly<Record<string, object>> = { budgets: { AccountId: "111122223333" } };

/** A key ends some days after it was deleted. */
async function usableKeys(aws: FakeEks): Promise<string[]> {
  const { Keys } = (await aws.json("kms", "TrentService.ListKeys")) as { Keys: { KeyId: string }[] };
  const states = await Promise.all(
    Keys.map(async ({ KeyId }) => {
      const answer = await aws.json("kms", "TrentService.DescribeKey", { KeyId });
      return (answer as { KeyMetadata: { KeyId: string; KeyState: string } }).KeyMetadata;
    }),
  );
  return states.filter(({ KeyState }) => KeyState === "Enabled").map(({ KeyId }) => KeyId);
}
