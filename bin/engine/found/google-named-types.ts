import { joined, type NamedType, type Refused, text } from "./named-type";

/*
 * Types of Google Cloud, imported by what the provider takes where it knows the project. Rights that are given to one member, and services that are
 * switched on, are given again without a word. Not here: budgets, channels and jobs of Storage Transfer, which have no name of ours, so a second one is
 * made; keys, of which one that is left has no version that encrypts; the binding of a disk to its snapshots, whose refusal has no word of its own.
 */

/** How Google's APIs refuse a second one. */
const there = /\balready ?exists\b/i;

/** Known by its labels. */
const labelled = (importId: NamedType["importId"]): NamedType => ({ refusal: there, importId, known: "tags" });

/** Of a type without labels, which a project has for any site. */
const called = (importId: NamedType["importId"]): NamedType => ({ refusal: there, importId, known: "afterCut" });

/** Of one that is within something of the site's. */
const placed = (importId: NamedType["importId"]): NamedType => ({ refusal: there, importId, known: "place" });

function accountId({ after, account: project }: Refused): string | undefined {
  const id = text(after.account_id);
  return id && project ? `projects/${project}/serviceAccounts/${id}@${project}.iam.gserviceaccount.com` : undefined;
}

export const googleNamedTypes: Readonly<Record<string, NamedType>> = {
  google_storage_bucket: { refusal: /\balready own it\b/, importId: joined("", "name"), known: "tags" },
  google_service_account: called(accountId),
  google_compute_network: called(joined("", "name")),
  google_compute_subnetwork: called(joined("/", "region", "name")),
  google_compute_router: called(joined("/", "region", "name")),
  google_compute_router_nat: {
    // the provider itself looks for it, in the router
    refusal: /\bexisting object already found\b/,
    importId: joined("/", "region", "router", "name"),
    known: "place",
  },
  google_compute_disk: labelled(joined("/", "zone", "name")),
  google_compute_resource_policy: called(joined("/", "region", "name")),
  google_container_cluster: labelled(joined("/", "location", "name")),
  google_container_node_pool: placed(joined("/", "location", "cluster", "name")),
  google_filestore_instance: labelled(joined("/", "location", "name")),
  google_kms_key_ring: called(joined("/", "location", "name")), // Google removes none, ever
  google_iam_workload_identity_pool: called(joined("", "workload_identity_pool_id")),
  google_iam_workload_identity_pool_provider: placed(
    joined("/", "workload_identity_pool_id", "workload_identity_pool_provider_id"),
  ),
  google_artifact_registry_repository: labelled(joined("/", "location", "repository_id")),
  google_backup_dr_backup_vault: labelled(joined("/", "location", "backup_vault_id")),
  google_backup_dr_backup_plan: called(joined("/", "location", "backup_plan_id")),
  google_backup_dr_backup_plan_association: called(joined("/", "location", "backup_plan_association_id")),
};
