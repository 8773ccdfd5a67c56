import { expect, test } from "vitest";
import {
  foreign,
  idLooks,
  importConfig,
  refusedThings,
  strangers,
  strangersText,
  unfinished,
  withIds,
} from "../../../../bin/engine/found/refused";
import type { PlanJson } from "../../../../bin/engine/guard";
import type { StackJson } from "../../../../bin/engine/stack-index";

const address = "aws_s3_bucket.library_bucket_1";
const found = [{ address, id: "pangeo-cascadia-library" }];
const own = { "managed-by": "isthmus", federation: "pangeo", site: "cascadia" };

/** A plan that makes one thing of a type. */
function making(type: string, after: object): PlanJson {
  return {
    resource_changes: [{ address: `${type}.it`, mode: "managed", type, change: { actions: ["create"], after } }],
  };
}

const stack: StackJson = { provider: { aws: [{ allowed_account_ids: ["111122223333"] }] } };

const refusals: readonly (readonly [type: string, said: string, after: object, id: string])[] = [
  ["aws_s3_bucket", "CreateBucket, StatusCode: 409, BucketAlreadyOwnedByYou: ", { bucket: "b" }, "b"],
  ["aws_s3_bucket", "BucketAlreadyExists", { bucket: "b" }, "b"],
  ["aws_iam_role", "EntityAlreadyExists: Role with name r already exists.", { name: "r" }, "r"],
  [
    "aws_iam_openid_connect_provider",
    "EntityAlreadyExists: Provider with url https://oidc.eks.us-west-2.amazonaws.com/id/A1 already exists.",
    { url: "https://oidc.eks.us-west-2.amazonaws.com/id/A1" },
    "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/A1",
  ],
  ["aws_kms_alias", "AlreadyExistsException: An alias with the name exists", { name: "alias/a" }, "alias/a"],
  ["aws_cloudwatch_log_group", "ResourceAlreadyExistsException: The specified log group", { name: "/l" }, "/l"],
  ["aws_eks_cluster", "ResourceInUseException: Cluster already exists with name: c", { name: "c" }, "c"],
  [
    "aws_eks_node_group",
    "ResourceInUseException: NodeGroup already exists with name n and cluster name c",
    { cluster_name: "c", node_group_name: "n" },
    "c:n",
  ],
  [
    "aws_eks_addon",
    "ResourceInUseException: Addon already exists with name: coredns",
    { cluster_name: "c", addon_name: "coredns" },
    "c:coredns",
  ],
  [
    "aws_eks_access_entry",
    "ResourceInUseException: The specified access entry resource is already in use on this cluster.",
    { cluster_name: "c", principal_arn: "arn:aws:iam::1:role/a" },
    "c:arn:aws:iam::1:role/a",
  ],
  [
    "aws_eks_pod_identity_association",
    "RequestID: f9cb61ba-2e55-4c0e-a8f7-962bfd8302bc, ResourceInUseException: Association already exists: a-dt1bedfjc72dlwp5n",
    { cluster_name: "c" },
    "c,a-dt1bedfjc72dlwp5n",
  ],
  [
    "aws_budgets_budget",
    "DuplicateRecordException: Error creating budget: b - the budget already exists.",
    { name: "b" },
    "111122223333:b",
  ],
  [
    "aws_efs_file_system",
    "FileSystemAlreadyExists: File system 'fs-0a1b2c3d' already exists with creation token 'homes'",
    { creation_token: "homes" },
    "fs-0a1b2c3d",
  ],
  [
    "aws_ecr_pull_through_cache_rule",
    "PullThroughCacheRuleAlreadyExistsException: ",
    { ecr_repository_prefix: "q" },
    "q",
  ],
  ["aws_ecr_repository_creation_template", "TemplateAlreadyExistsException: ", { prefix: "q" }, "q"],
  [
    "aws_route",
    "api error RouteAlreadyExists: Route in Route Table (rtb-1) with destination (0.0.0.0/0) already exists",
    { route_table_id: "rtb-1", destination_cidr_block: "0.0.0.0/0" },
    "rtb-1_0.0.0.0/0",
  ],
  [
    "aws_route_table_association",
    "Resource.AlreadyAssociated: the specified association for route table rtb-1 conflicts with an existing association",
    { subnet_id: "subnet-1", route_table_id: "rtb-1" },
    "subnet-1/rtb-1",
  ],
];

const googleRefusals: typeof refusals = [
  [
    "google_storage_bucket",
    "googleapi: Error 409: Your previous request to create the named bucket succeeded and you already own it., conflict",
    { name: "pangeo-plains-library" },
    "pangeo-plains-library",
  ],
  [
    "google_service_account",
    "googleapi: Error 409: Service account pangeo-plains-node already exists within project projects/plains-1., alreadyExists",
    { account_id: "pangeo-plains-node" },
    "projects/plains-1/serviceAccounts/pangeo-plains-node@plains-1.iam.gserviceaccount.com",
  ],
  [
    "google_compute_network",
    "googleapi: Error 409: The resource 'projects/plains-1/global/networks/n' already exists, alreadyExists",
    { name: "n" },
    "n",
  ],
  ["google_compute_subnetwork", "already exists, alreadyExists", { region: "r", name: "n" }, "r/n"],
  ["google_compute_router", "already exists, alreadyExists", { region: "r", name: "n" }, "r/n"],
  [
    "google_compute_router_nat",
    "Unable to create RouterNat, existing object already found: map[name:n]",
    { region: "r", router: "o", name: "n" },
    "r/o/n",
  ],
  ["google_compute_disk", "already exists, alreadyExists", { zone: "z", name: "n" }, "z/n"],
  ["google_compute_resource_policy", "already exists, alreadyExists", { region: "r", name: "n" }, "r/n"],
  [
    "google_container_cluster",
    "googleapi: Error 409: Already exists: projects/plains-1/locations/us-central1/clusters/c., alreadyExists",
    { location: "us-central1", name: "c" },
    "us-central1/c",
  ],
  [
    "google_container_node_pool",
    "resource - projects/plains-1/locations/l/clusters/c/nodePools/n - already exists",
    { location: "l", cluster: "c", name: "n" },
    "l/c/n",
  ],
  ["google_filestore_instance", "Error 409: Resource 'x' already exists", { location: "z", name: "n" }, "z/n"],
  ["google_kms_key_ring", "Error 409: KeyRing x already exists.", { location: "l", name: "n" }, "l/n"],
  [
    "google_iam_workload_identity_pool",
    "Error 409: Requested entity already exists",
    { workload_identity_pool_id: "p" },
    "p",
  ],
  [
    "google_iam_workload_identity_pool_provider",
    "Error 409: Requested entity already exists",
    { workload_identity_pool_id: "p", workload_identity_pool_provider_id: "q" },
    "p/q",
  ],
  [
    "google_artifact_registry_repository",
    "Error 409: the repository already exists",
    { location: "l", repository_id: "quay" },
    "l/quay",
  ],
  ["google_backup_dr_backup_vault", "Error 409: x already exists", { location: "l", backup_vault_id: "v" }, "l/v"],
  ["google_backup_dr_backup_plan", "Error 409: x already exists", { location: "l", backup_plan_id: "v" }, "l/v"],
  [
    "google_backup_dr_backup_plan_association",
    "Error 409: x already exists",
    { location: "l", backup_plan_association_id: "v" },
    "l/v",
  ],
];

const plains: StackJson = { provider: { google: [{ project: "plains-1" }] } };

test.each([
  ...refusals.map((one) => [...one, stack] as const),
  ...googleRefusals.map((one) => [...one, plains] as const),
])("%s is there by the words: %s", (type, said, after, id, stack) => {
  const error = { summary: `creating it: ${said}`, detail: "", address: `${type}.it` };
  const refused = refusedThings([error], making(type, after), stack, true);
  expect(withIds(refused, undefined)).toEqual([{ address: `${type}.it`, id }]);
  expect(refusedThings([{ ...error, summary: "creating it: AccessDenied" }], making(type, after), stack, true)).toEqual(
    [],
  );
  expect(refusedThings([{ ...error, address: "aws_vpc.other" }], making(type, after), stack, true)).toEqual([]);
});

test("what lies within something that is only to be made is not there: its place is not known", () => {
  const error = { summary: "RouteAlreadyExists", detail: "", address: "aws_route.it" };
  expect(refusedThings([error], making("aws_route", { destination_cidr_block: "0.0.0.0/0" }), stack, true)).toEqual([]);
});

test("a template of machines is imported by a number that a look by its name tells", () => {
  const said = "InvalidLaunchTemplateName.AlreadyExistsException: Launch template name already in use.";
  const error = { summary: said, detail: "", address: "aws_launch_template.it" };
  const refused = refusedThings([error], making("aws_launch_template", { name: "small" }), stack, true);
  expect(idLooks(refused)).toEqual({ data: { aws_launch_template: { it: { name: "small" } } } });
  const looked = { address: "data.aws_launch_template.it", values: { id: "lt-1" } };
  const plan: PlanJson = { prior_state: { values: { root_module: { resources: [looked] } } } };
  expect(withIds(refused, plan)).toEqual([{ address: "aws_launch_template.it", id: "lt-1" }]);
  expect(withIds(refused, undefined)).toEqual([]);
});

test("the engine imports a bucket by its name and looks for an object in it", () => {
  expect(importConfig(found)).toEqual({
    import: [{ to: address, id: "pangeo-cascadia-library" }],
    data: { aws_s3_objects: { library_bucket_1: { bucket: "pangeo-cascadia-library", max_keys: 1 } } },
  });
  expect(importConfig([{ address: "aws_iam_role.it", id: "r" }])).toEqual({
    import: [{ to: "aws_iam_role.it", id: "r" }],
  });
});

/** The plan that imports a thing, with its tags and what the look into a bucket has found. */
function importing(of: string, tags: object, keys?: readonly string[]): PlanJson {
  const look = { address: "data.aws_s3_objects.library_bucket_1", values: { keys } };
  const change = { actions: ["update"], before: { tags_all: tags }, after: { tags_all: own } };
  return {
    resource_changes: [{ address: of, mode: "managed", type: of.split(".")[0] ?? "", change }],
    ...(keys ? { prior_state: { values: { root_module: { resources: [look] } } } } : {}),
  };
}

test("a bucket is the site's by its tags, whatever it holds, or bare: without a tag and an object", () => {
  expect(strangers(found, importing(address, { ...own, more: "x" }, ["era5/zarr.json"]))).toEqual([]);
  expect(strangers(found, importing(address, {}, []))).toEqual([]);
});

test.each([
  ["without tags, with an object", {}, ["era5/zarr.json"]],
  ["another site's, though empty", { ...own, site: "fjord" }, []],
  ["another federation's", { ...own, federation: "other" }, []],
  ["somebody's, though empty", { owner: "finance" }, []],
  ["without tags, and nobody looked into it", {}, undefined],
])("a bucket that is %s is a stranger", (_, tags, keys) => {
  expect(strangers(found, importing(address, tags, keys))).toEqual(found);
});

test.each([
  ["aws_iam_role.it", {}, true],
  ["aws_iam_role.it", own, false],
  ["aws_eks_cluster.it", { ...own, site: "fjord" }, true],
  ["aws_cloudwatch_log_group.it", {}, false],
  ["aws_cloudwatch_log_group.it", { owner: "finance" }, true],
  ["aws_kms_alias.it", {}, false],
  ["aws_route.it", {}, false],
])("%s with tags %j: a stranger is %s", (of, tags, is) => {
  const things = [{ address: of, id: "x" }];
  expect(strangers(things, importing(of, tags))).toEqual(is ? things : []);
});

test("what has only a name is taken over after an apply that was cut off, and else may be somebody's", () => {
  const error = {
    summary: "Error 409: already exists, alreadyExists",
    detail: "",
    address: "google_compute_network.it",
  };
  const plan = making("google_compute_network", { name: "pangeo-plains" });
  expect(refusedThings([error], plan, plains, false)).toEqual([]);
  expect(refusedThings([error], plan, plains, true)).toMatchObject([{ id: "pangeo-plains" }]);
});

test("a thing of Google's is the site's by its labels, or by where it is", () => {
  const labelled = (of: string, labels: object): PlanJson => {
    const change = { actions: ["update"], before: { effective_labels: labels }, after: { effective_labels: own } };
    return { resource_changes: [{ address: of, mode: "managed", type: of.split(".")[0] ?? "", change }] };
  };
  const bucket = [{ address: "google_storage_bucket.it", id: "b" }];
  expect(strangers(bucket, labelled("google_storage_bucket.it", own))).toEqual([]);
  expect(strangers(bucket, labelled("google_storage_bucket.it", { ...own, site: "fjord" }))).toEqual(bucket);
  expect(strangers(bucket, labelled("google_storage_bucket.it", {}))).toEqual(bucket);
  expect(strangersText(bucket)).toMatch(/no labels of this site .*so nothing of them is changed[\s\S]*existing: NAME/);
  expect(strangersText(bucket)).not.toContain("empty");
  const router = [{ address: "google_compute_router.it", id: "r/n" }];
  expect(strangers(router, labelled("google_compute_router.it", {}))).toEqual([]);
});

test("what a destroy would take though it is somebody else's is told by the tags of the stack", () => {
  const things = [{ address: "aws_iam_role.it", id: "r" }];
  const stack = { provider: { aws: [{ default_tags: [{ tags: own }] }] } };
  expect(foreign(things, importing("aws_iam_role.it", own), stack)).toEqual([]);
  expect(foreign(things, importing("aws_iam_role.it", { ...own, site: "fjord" }), stack)).toEqual(things);
  expect(foreign(things, importing("aws_iam_role.it", {}), stack)).toEqual(things);
});

test("a stranger is named, with what can be done", () => {
  expect(strangersText(found)).toMatch(/tags of this site \(managed-by, federation, site\)/);
  expect(strangersText(found)).toMatch(/\n {2}pangeo-cascadia-library {2}\(aws_s3_bucket\)\n.*existing: NAME/);
  expect(strangersText([{ address: "aws_iam_role.it", id: "r" }])).not.toContain("existing:");
});

test.each([
  ["CREATING", 1, 0],
  ["ACTIVE", 0, 0],
  ["CREATE_FAILED", 0, 1],
  [undefined, 0, 0],
])("one of status %s waits: %i, failed: %i", (status, waits, failed) => {
  const change = { actions: ["update"], before: { status }, after: {} };
  const plan: PlanJson = {
    resource_changes: [{ address: "aws_eks_cluster.c", mode: "managed", type: "aws_eks_cluster", change }],
  };
  const found = unfinished([{ address: "aws_eks_cluster.c", id: "c" }], plan);
  expect([found.waits.length, found.failed.length]).toEqual([waits, failed]);
});
