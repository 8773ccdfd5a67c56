/*
 * What the guard keeps: resources that hold data or that many depend on, by type, with what goes when they go. A stack of
 * `provider: hpc` holds none: its resources only record a delivery, and taking it down stops programs but never deletes data.
 */

const aws: Record<string, string> = {
  aws_s3_bucket: "every object in it",
  aws_s3_directory_bucket: "every object in it",
  aws_ebs_volume: "the data on it",
  aws_efs_file_system: "every file on it",
  aws_fsx_lustre_file_system: "every file on it",
  aws_fsx_openzfs_file_system: "every file on it",
  aws_backup_vault: "the backups in it",
  aws_ecr_repository: "every image in it",
  aws_kms_key: "everything encrypted with it",
  aws_route53_zone: "every name in it, and the delegation to it",
  aws_eks_cluster: "everything that runs on it",
  aws_eks_node_group: "everything that runs on its nodes",
};

const google: Record<string, string> = {
  google_storage_bucket: "every object in it",
  google_compute_disk: "the data on it",
  google_compute_region_disk: "the data on it",
  google_filestore_instance: "every file on it",
  google_filestore_backup: "the backup",
  google_backup_dr_backup_vault: "the backups in it",
  google_artifact_registry_repository: "every image in it",
  google_kms_crypto_key: "everything encrypted with it",
  google_dns_managed_zone: "every name in it, and the delegation to it",
  google_container_cluster: "everything that runs on it",
  google_container_node_pool: "everything that runs on its nodes",
};

const kubernetes: Record<string, string> = {
  kubernetes_persistent_volume: "the data on it",
  kubernetes_persistent_volume_v1: "the data on it",
  kubernetes_persistent_volume_claim: "the data on its volume",
  kubernetes_persistent_volume_claim_v1: "the data on its volume",
};

/** Protected types, each with what is lost when one is deleted or replaced. */
export const protectedTypes: Readonly<Record<string, string>> = { ...aws, ...google, ...kubernetes };

/** Charts whose releases hold data in disks that go with them, which the plan shows as a release alone. */
const protectedCharts: Readonly<Record<string, string>> = {
  "jupyterhub-home-nfs": "every home on its disk",
};

/** What is lost with a resource; undefined where nothing is. `before` is the resource as the plan knows it. */
export function lossOf(type: string, before: unknown): string | undefined {
  if (type !== "helm_release") return protectedTypes[type];
  const chart = (before as { chart?: unknown } | null | undefined)?.chart;
  return typeof chart === "string" ? protectedCharts[chart] : undefined;
}

/** Types whose end destroys nothing: records in the state. They are replaced at every delivery. */
export const recordTypes: ReadonlySet<string> = new Set(["terraform_data"]);
