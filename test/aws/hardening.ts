import type { Resource } from "./policies";

/** All of a stack's resources, by address. */
type All = ReadonlyMap<string, Resource>;

/** What a resource must have, of those that scanners of Terraform rank high. */
export interface HardeningRule {
  /** The number that checkov gives it. */
  readonly id: string;
  readonly type: string;
  readonly says: string;
  holds(resource: Resource, all: All, address: string): boolean;
  /** A change by which it would not hold, so that the rule is seen to find something; undefined where it never holds here. */
  readonly broken?: Resource;
}

type Block = Readonly<Record<string, unknown>>;
const block = (value: unknown): Block => ([value ?? {}].flat()[0] ?? {}) as Block;

/** Whether some resource of a type says so of the bucket: parts of one bucket share the first word of their names. */
function ofBucket(all: All, address: string, type: string, says: (resource: Resource) => boolean): boolean {
  const own = address.split(".")[1]?.split("_")[0];
  return [...all].some(([other, resource]) => other.startsWith(`${type}.${own}_`) && says(resource));
}

const closed = ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"];

const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

const rule = (
  id: string,
  type: string,
  says: string,
  holds: HardeningRule["holds"],
  broken?: Resource,
): HardeningRule => {
  return { id, type, says, holds, ...(broken ? { broken } : {}) };
};

export const hardeningRules: readonly HardeningRule[] = [
  rule(
    "CKV_AWS_37",
    "aws_eks_cluster",
    "logs of all kinds are kept",
    ({ enabled_cluster_log_types: types }) => logTypes.every((type) => (types as string[]).includes(type)),
    { enabled_cluster_log_types: ["api"] },
  ),
  rule(
    "CKV_AWS_58",
    "aws_eks_cluster",
    "Secrets are encrypted by a key of its own",
    ({ encryption_config }) =>
      (block(encryption_config).resources as string[] | undefined)?.includes("secrets") === true,
    { encryption_config: {} },
  ),
  rule(
    "CKV_AWS_38",
    "aws_eks_cluster",
    "its API does not answer everywhere",
    ({ vpc_config }) => !((block(vpc_config).public_access_cidrs ?? []) as string[]).includes("0.0.0.0/0"),
    { vpc_config: { public_access_cidrs: ["0.0.0.0/0"] } },
  ),
  rule(
    "CKV_AWS_39",
    "aws_eks_cluster",
    "its API does not answer on the internet",
    ({ vpc_config }) => block(vpc_config).endpoint_public_access === false,
    { vpc_config: { endpoint_public_access: true } },
  ),
  rule(
    "CKV_AWS_100",
    "aws_eks_node_group",
    "nobody signs in to its machines",
    ({ remote_access }) => remote_access === undefined,
    { remote_access: { ec2_ssh_key: "k" } },
  ),
  rule(
    "CKV_AWS_79",
    "aws_launch_template",
    "the metadata server wants a token",
    ({ metadata_options }) => block(metadata_options).http_tokens === "required",
    { metadata_options: { http_tokens: "optional" } },
  ),
  rule(
    "CKV_AWS_341",
    "aws_launch_template",
    "pods do not reach the metadata server",
    ({ metadata_options }) => block(metadata_options).http_put_response_hop_limit === 1,
    { metadata_options: { http_tokens: "required", http_put_response_hop_limit: 2 } },
  ),
  rule(
    "CKV_AWS_8",
    "aws_launch_template",
    "disks of machines are encrypted",
    ({ block_device_mappings }) => block(block(block_device_mappings).ebs).encrypted === "true",
    { block_device_mappings: [{ ebs: {} }] },
  ),
  rule(
    "CKV_AWS_88",
    "aws_launch_template",
    "machines have no address on the internet",
    ({ network_interfaces }) => network_interfaces === undefined,
    { network_interfaces: [{ associate_public_ip_address: "true" }] },
  ),
  rule(
    "CKV_AWS_130",
    "aws_subnet",
    "nothing gets an address on the internet by itself",
    ({ map_public_ip_on_launch }) => map_public_ip_on_launch !== true,
    { map_public_ip_on_launch: true },
  ),
  rule("CKV_AWS_3", "aws_ebs_volume", "disks of homes are encrypted", ({ encrypted }) => encrypted === true, {
    encrypted: false,
  }),
  rule(
    "CKV_AWS_189",
    "aws_ebs_volume",
    "disks of homes are encrypted by a key of the site's",
    ({ kms_key_id }) => kms_key_id !== undefined,
    undefined,
  ),
  rule("CKV_AWS_7", "aws_kms_key", "keys turn every year", ({ enable_key_rotation }) => enable_key_rotation === true, {
    enable_key_rotation: false,
  }),
  rule(
    "CKV2_AWS_64",
    "aws_kms_key",
    "a policy of its own says who uses a key",
    ({ policy }) => policy !== undefined,
    undefined,
  ),
  rule("CKV_AWS_66", "aws_cloudwatch_log_group", "logs end", ({ retention_in_days: days }) => Number(days) > 0, {
    retention_in_days: 0,
  }),
  rule(
    "CKV_AWS_338",
    "aws_cloudwatch_log_group",
    "logs are kept for a year",
    ({ retention_in_days: days }) => Number(days) >= 365,
    { retention_in_days: 7 },
  ),
  rule(
    "CKV_AWS_158",
    "aws_cloudwatch_log_group",
    "logs are encrypted by a key of the site's",
    ({ kms_key_id }) => kms_key_id !== undefined,
    undefined,
  ),
  rule(
    "CKV2_AWS_12",
    "aws_vpc",
    "the network's own group lets nobody in or out",
    (_, all) =>
      [...all].some(
        ([address, { ingress, egress }]) =>
          address.startsWith("aws_default_security_group.") && `${ingress}${egress}` === "",
      ),
    undefined,
  ),
  rule(
    "CKV2_AWS_11",
    "aws_vpc",
    "what goes through the network is logged",
    (_, all) => [...all.keys()].some((address) => address.startsWith("aws_flow_log.")),
    undefined,
  ),
  rule(
    "CKV_AWS_24",
    "aws_security_group",
    "nobody gets in from the internet",
    ({ ingress }) => !JSON.stringify(ingress ?? []).includes('/0"'),
    { ingress: [{ cidr_blocks: ["0.0.0.0/0"] }] },
  ),
  rule(
    "CKV_AWS_23",
    "aws_security_group",
    "each way in says what it is for",
    ({ ingress }) => ([ingress ?? []].flat() as Block[]).every(({ description }) => description !== undefined),
    { ingress: [{}] },
  ),
  rule(
    "CKV2_AWS_6",
    "aws_s3_bucket",
    "a bucket is closed to the public",
    (_, all, at) =>
      ofBucket(all, at, "aws_s3_bucket_public_access_block", (one) => closed.every((key) => one[key] === true)),
    undefined,
  ),
  rule(
    "CKV_AWS_19",
    "aws_s3_bucket",
    "objects are encrypted",
    (_, all, at) =>
      ofBucket(all, at, "aws_s3_bucket_server_side_encryption_configuration", ({ rule }) =>
        JSON.stringify(rule).includes("sse_algorithm"),
      ),
    undefined,
  ),
  rule(
    "CKV_AWS_145",
    "aws_s3_bucket",
    "objects are encrypted by a key of the site's",
    (_, all, at) =>
      ofBucket(all, at, "aws_s3_bucket_server_side_encryption_configuration", ({ rule }) =>
        JSON.stringify(rule).includes("aws:kms"),
      ),
    undefined,
  ),
  rule(
    "CKV_AWS_21",
    "aws_s3_bucket",
    "what was overwritten can be brought back",
    (_, all, at) => ofBucket(all, at, "aws_s3_bucket_versioning", () => true),
    undefined,
  ),
  rule(
    "CKV_AWS_300",
    "aws_s3_bucket",
    "uploads that nobody finished go",
    (_, all, at) =>
      ofBucket(all, at, "aws_s3_bucket_lifecycle_configuration", (one) =>
        JSON.stringify(one).includes("abort_incomplete_multipart_upload"),
      ),
    undefined,
  ),
  rule(
    "CKV_AWS_379",
    "aws_s3_bucket",
    "a bucket answers over TLS only",
    (_, all, at) =>
      ofBucket(all, at, "aws_s3_bucket_policy", ({ policy }) => `${policy}`.includes('"aws:SecureTransport":"false"')),
    undefined,
  ),
  rule(
    "CKV_AWS_18",
    "aws_s3_bucket",
    "who read what is logged",
    (_, all, at) => ofBucket(all, at, "aws_s3_bucket_logging", () => true),
    undefined,
  ),
  rule(
    "CKV_AWS_144",
    "aws_s3_bucket",
    "a copy is kept in another region",
    (_, all, at) => ofBucket(all, at, "aws_s3_bucket_replication_configuration", () => true),
    undefined,
  ),
];

export interface Finding {
  readonly id: string;
  readonly where: string;
  readonly says: string;
}

/** What does not hold in a stack. */
export function unhardened(stack: string, all: All): Finding[] {
  return [...all].flatMap(([address, resource]) =>
    hardeningRules.flatMap(({ id, type, says, holds }) =>
      !address.startsWith(`${type}.`) || holds(resource, all, address)
        ? []
        : [{ id, where: `${stack} ${address}`, says }],
    ),
  );
}
