import { joined, type NamedType, text } from "./named-type";

/*
 * Types of AWS. Those that are written again without a word (policies of roles and buckets, all that is said of a bucket, tags of
 * groups of machines, rights of an access entry) are not here: the next apply writes them.
 */

export const awsNamedTypes: Readonly<Record<string, NamedType>> = {
  aws_s3_bucket: {
    // of others', and in us-east-1 of any, the second word is said
    refusal: /\bBucketAlready(?:OwnedByYou|Exists)\b/,
    importId: joined("", "bucket"),
    known: "tags", // an empty one without tags too: bucket.ts
  },
  aws_iam_role: { refusal: /\bEntityAlreadyExists\b/, importId: joined("", "name"), known: "tags" },
  aws_iam_openid_connect_provider: {
    refusal: /\bEntityAlreadyExists\b/,
    importId: ({ after, account }) => {
      const issuer = text(after.url)?.replace("https://", "");
      return issuer && account ? `arn:aws:iam::${account}:oidc-provider/${issuer}` : undefined;
    },
    known: "tags",
  },
  aws_launch_template: {
    refusal: /\bInvalidLaunchTemplateName\.AlreadyExistsException\b/,
    importId: () => undefined,
    known: "tags",
    look: { type: "aws_launch_template", by: "name" },
  },
  aws_kms_alias: { refusal: /\bAlreadyExistsException\b/, importId: joined("", "name"), known: "place" },
  aws_cloudwatch_log_group: {
    refusal: /\bResourceAlreadyExistsException\b/,
    importId: joined("", "name"),
    known: "bareToo", // EKS makes it anew when it writes the last lines of a cluster that is gone
  },
  aws_eks_cluster: { refusal: /\bCluster already exists\b/, importId: joined("", "name"), known: "tags" },
  aws_eks_node_group: {
    refusal: /\bNodeGroup already exists\b/,
    importId: joined(":", "cluster_name", "node_group_name"),
    known: "tags",
  },
  aws_eks_addon: {
    refusal: /\bAddon already exists\b/,
    importId: joined(":", "cluster_name", "addon_name"),
    known: "tags",
  },
  aws_eks_access_entry: {
    refusal: /\baccess entry (?:resource )?is already in use|\baccess entry already exists\b/i,
    importId: joined(":", "cluster_name", "principal_arn"),
    known: "tags",
  },
  aws_eks_pod_identity_association: {
    refusal: /\bAssociation already exists\b/,
    // only what EKS says tells the number
    importId: ({ after, said }) => {
      const [id] = /\ba-[0-9a-z]{8,}\b/.exec(said.slice(said.search(/Association already exists/))) ?? [];
      const cluster = text(after.cluster_name);
      return id && cluster ? `${cluster},${id}` : undefined;
    },
    known: "tags",
  },
  aws_budgets_budget: {
    refusal: /\bDuplicateRecordException\b/,
    importId: ({ after, account }) => {
      const name = text(after.name);
      return name && account ? `${account}:${name}` : undefined;
    },
    known: "tags",
  },
  aws_efs_file_system: {
    refusal: /\bFileSystemAlreadyExists\b/,
    // EFS refuses the token of one that is there, and tells its number
    importId: ({ said }) => /\bfs-[0-9a-f]+\b/.exec(said)?.[0],
    known: "tags",
  },
  aws_ecr_pull_through_cache_rule: {
    refusal: /\bPullThroughCacheRuleAlreadyExistsException\b/,
    importId: joined("", "ecr_repository_prefix"),
    known: "place",
  },
  aws_ecr_repository_creation_template: {
    refusal: /\bTemplateAlreadyExistsException\b/,
    importId: joined("", "prefix"),
    known: "place",
  },
  aws_route: {
    refusal: /\bRouteAlreadyExists\b/,
    importId: joined("_", "route_table_id", "destination_cidr_block"),
    known: "place",
  },
  aws_route_table_association: {
    refusal: /\bResource\.AlreadyAssociated\b/,
    importId: joined("/", "subnet_id", "route_table_id"),
    known: "place",
  },
};
