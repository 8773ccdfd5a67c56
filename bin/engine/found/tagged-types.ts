/*
 * Types of AWS without a name of their own: AWS makes a second one without a word, and the first is paid for by who does not know it.
 * Each that a stack makes bears a tag `Name` that no other of its type bears at the site. Templates of machines have a name too,
 * but are imported by a number that it does not tell.
 */

export interface TaggedType {
  readonly type: string;
  /** How its ARN goes on after region and account, up to its number. */
  readonly arn: string;
  /** Arguments of `aws` that show one, and that remove it, before its number. */
  readonly show: string;
  readonly remove: string;
}

const ec2 = (type: string, arn: string, show: string, remove: string): TaggedType => ({
  type,
  arn: `:ec2:${arn}/`,
  show: `ec2 describe-${show}`,
  remove: `ec2 ${remove}`,
});

export const taggedTypes: readonly TaggedType[] = [
  ec2("aws_vpc", "vpc", "vpcs --vpc-ids", "delete-vpc --vpc-id"),
  ec2("aws_subnet", "subnet", "subnets --subnet-ids", "delete-subnet --subnet-id"),
  ec2("aws_route_table", "route-table", "route-tables --route-table-ids", "delete-route-table --route-table-id"),
  ec2(
    "aws_internet_gateway",
    "internet-gateway",
    "internet-gateways --internet-gateway-ids",
    "delete-internet-gateway --internet-gateway-id",
  ),
  ec2("aws_nat_gateway", "natgateway", "nat-gateways --nat-gateway-ids", "delete-nat-gateway --nat-gateway-id"),
  ec2("aws_eip", "elastic-ip", "addresses --allocation-ids", "release-address --allocation-id"),
  ec2(
    "aws_vpc_endpoint",
    "vpc-endpoint",
    "vpc-endpoints --vpc-endpoint-ids",
    "delete-vpc-endpoints --vpc-endpoint-ids",
  ),
  ec2("aws_security_group", "security-group", "security-groups --group-ids", "delete-security-group --group-id"),
  ec2("aws_ebs_volume", "volume", "volumes --volume-ids", "delete-volume --volume-id"),
  ec2(
    "aws_launch_template",
    "launch-template",
    "launch-templates --launch-template-ids",
    "delete-launch-template --launch-template-id",
  ),
  {
    type: "aws_efs_file_system",
    arn: ":elasticfilesystem:file-system/",
    show: "efs describe-file-systems --file-system-id",
    remove: "efs delete-file-system --file-system-id",
  },
  {
    type: "aws_efs_access_point",
    arn: ":elasticfilesystem:access-point/",
    show: "efs describe-access-points --access-point-id",
    remove: "efs delete-access-point --access-point-id",
  },
  {
    type: "aws_kms_key",
    arn: ":kms:key/",
    show: "kms describe-key --key-id",
    remove: "kms schedule-key-deletion --key-id",
  },
  {
    type: "aws_dlm_lifecycle_policy",
    arn: ":dlm:policy/",
    show: "dlm get-lifecycle-policy --policy-id",
    remove: "dlm delete-lifecycle-policy --policy-id",
  },
];
