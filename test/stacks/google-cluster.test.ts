import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Change, type Resource, resourcesOf, stacksOfExample } from "./synth-example";

let folder: string;
let stacks: ReadonlyMap<string, string>;
/** With two machine types for Dask, and images from the project's own registry. */
let wider: ReadonlyMap<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-gke-"));
  stacks = plains();
  wider = plains(...wide("quay.io: anonymous"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Synthesizes the example federation, perhaps with the text of the site `plains` changed: stack -> its JSON. */
function plains(...changes: readonly Change[]): Map<string, string> {
  return stacksOfExample(folder, "google", "plains", changes);
}

const wide = (cached: string): Change[] => [
  ["n2-highmem-16]", "n2-highmem-16, n2d-highmem-16]"],
  ["cluster:\n", `cluster:\n  imageCache: { ${cached} }\n`],
];

const all = (type: string, stack = "plains-cluster", of = stacks) => Object.values(resourcesOf(of, stack, type));

function one(type: string, stack = "plains-cluster", of = stacks): Resource {
  const [found, ...rest] = all(type, stack, of);
  if (!found || rest.length > 0) throw new Error(`${rest.length + 1} of ${type}`);
  return found;
}

/** Node pools by the pool of the config. */
function nodePools(pool: string, stack = "plains-cluster", of = stacks): Resource[] {
  return all("google_container_node_pool", stack, of).filter(
    ({ node_config }) => (node_config as Resource & { labels: Record<string, string> }).labels["isthmus/pool"] === pool,
  );
}

const nodes = (pool: Resource | undefined) => pool?.node_config as Resource;

test("a cluster: private nodes, Dataplane V2, identity of pods, no keys of old, and it is not removed by accident", () => {
  expect(one("google_container_cluster")).toMatchObject({
    name: "pangeo-plains",
    location: "us-central1",
    node_locations: ["us-central1-b"],
    private_cluster_config: { enable_private_nodes: true, enable_private_endpoint: false },
    datapath_provider: "ADVANCED_DATAPATH",
    workload_identity_config: { workload_pool: "plains-pangeo.svc.id.goog" },
    enable_shielded_nodes: true,
    enable_legacy_abac: false,
    master_auth: { client_certificate_config: { issue_client_certificate: false } },
    release_channel: { channel: "REGULAR" },
    deletion_protection: true,
    remove_default_node_pool: true,
  });
  expect(one("google_container_cluster")).not.toHaveProperty("min_master_version");
});

test("a network: pods and services have ranges of their own, Google is reached without the NAT, and the NAT is an option", () => {
  expect(one("google_compute_subnetwork")).toMatchObject({
    private_ip_google_access: true,
    ip_cidr_range: "10.8.0.0/20",
    secondary_ip_range: [
      { range_name: "pods", ip_cidr_range: "10.0.0.0/13" },
      { range_name: "services", ip_cidr_range: "10.8.16.0/20" },
    ],
  });
  expect(one("google_compute_network")).toMatchObject({ auto_create_subnetworks: false });
  expect(all("google_compute_router_nat")).toHaveLength(1);
  const closed = plains(["cluster:\n", "cluster:\n  network: { nat: none }\n"]);
  expect(all("google_compute_router_nat", "plains-cluster", closed)).toEqual([]);
  expect(all("google_compute_router", "plains-cluster", closed)).toEqual([]);
});

test("a pool is a node pool of each machine type, and of each at the full price where spot may have no room", () => {
  const dask = nodePools("dask", "plains-cluster", wider).map((pool) => [nodes(pool).machine_type, nodes(pool).spot]);
  expect(dask.sort()).toEqual([
    ["n2-highmem-16", false],
    ["n2-highmem-16", true],
    ["n2d-highmem-16", false],
    ["n2d-highmem-16", true],
  ]);
  const waits = plains(["maxNodes: 40", "maxNodes: 40, onDemand: none"]);
  const spot = nodePools("dask", "plains-cluster", waits).map((pool) => nodes(pool).spot);
  expect(spot).toEqual([true]);
  expect(nodePools("user").map((pool) => nodes(pool).spot)).toEqual([false]);
});

test("nodes come from none and go to none; how many there are is the autoscaler's", () => {
  expect(nodePools("user")).toMatchObject([
    {
      initial_node_count: 0,
      autoscaling: { total_min_node_count: 0, total_max_node_count: 50, location_policy: "ANY" },
      lifecycle: { ignore_changes: ["initial_node_count", "node_count"] },
    },
  ]);
  expect(nodePools("core")).toMatchObject([{ initial_node_count: 1, autoscaling: { total_min_node_count: 1 } }]);
  // Three in three zones are one in each.
  expect(nodePools("core", "steppe-cluster")).toMatchObject([
    { initial_node_count: 1, autoscaling: { total_min_node_count: 3 } },
  ]);
});

test("labels and both spellings of the taints send pods where they belong", () => {
  expect(nodes(nodePools("user")[0])).toMatchObject({
    labels: { "hub.jupyter.org/node-purpose": "user", "k8s.dask.org/node-purpose": "scheduler" },
    taint: [
      { key: "hub.jupyter.org/dedicated", value: "user", effect: "NO_SCHEDULE" },
      { key: "hub.jupyter.org_dedicated", value: "user", effect: "NO_SCHEDULE" },
    ],
  });
  expect(nodes(nodePools("dask")[0])).toMatchObject({
    labels: { "k8s.dask.org/node-purpose": "worker" },
    taint: [{ key: "k8s.dask.org/dedicated" }, { key: "k8s.dask.org_dedicated" }],
  });
  expect(nodes(nodePools("core")[0]).taint).toEqual([]);
});

test("a machine may write logs and metrics and pull images; its account has no other right", () => {
  expect(all("google_project_iam_member", "plains-cluster", wider).map(({ role }) => role)).toEqual([
    "roles/container.defaultNodeServiceAccount",
  ]);
  expect(one("google_artifact_registry_repository_iam_member", "plains-cluster", wider)).toMatchObject({
    repository: "pangeo-plains-quay",
    role: "roles/artifactregistry.reader",
  });
  const accounts = new Set(all("google_container_node_pool").map((pool) => nodes(pool).service_account));
  expect([...accounts]).toEqual([expect.stringMatching(/^\$\{google_service_account\.\S+\.email\}$/)]);
  for (const pool of all("google_container_node_pool"))
    expect(nodes(pool)).toMatchObject({
      workload_metadata_config: { mode: "GKE_METADATA" },
      shielded_instance_config: { enable_integrity_monitoring: true, enable_secure_boot: true },
    });
});

test("costs are told by labels on machines, snapshots and the cluster itself, which the provider labels not all of", () => {
  const own = { federation: "pangeo", site: "plains", "managed-by": "isthmus" };
  expect(one("google_container_cluster").resource_labels).toEqual(own);
  expect(nodes(nodePools("user")[0]).resource_labels).toEqual({ ...own, pool: "user", purpose: "user" });
  expect(one("google_compute_resource_policy", "plains-homes")).toMatchObject({
    snapshot_schedule_policy: { snapshot_properties: { labels: { ...own, purpose: "homes" } } },
  });
});

test("GPUs: drivers are installed, users share where it says so, in all zones, without secure boot", () => {
  expect(nodePools("t4", "steppe-cluster")).toMatchObject([
    {
      node_locations: ["europe-west4-b", "europe-west4-a", "europe-west4-c"],
      node_config: {
        machine_type: "n1-highmem-8",
        guest_accelerator: [
          {
            type: "nvidia-tesla-t4",
            count: 1,
            gpu_driver_installation_config: { gpu_driver_version: "DEFAULT" },
            gpu_sharing_config: { gpu_sharing_strategy: "TIME_SHARING", max_shared_clients_per_gpu: 4 },
          },
        ],
        shielded_instance_config: { enable_secure_boot: false },
      },
    },
  ]);
  const [l4] = nodes(nodePools("l4", "steppe-cluster")[0]).guest_accelerator as Resource[];
  expect(l4).toEqual({
    ...{ type: "nvidia-l4", count: 1 },
    gpu_driver_installation_config: { gpu_driver_version: "LATEST" },
  });
});

test("what is pinned is pinned on nodes too, and nothing raises it by itself", () => {
  expect(one("google_container_cluster", "steppe-cluster")).toMatchObject({
    release_channel: { channel: "UNSPECIFIED" },
    min_master_version: "1.35.8-gke.1036000",
  });
  for (const pool of all("google_container_node_pool", "steppe-cluster"))
    expect(pool).toMatchObject({
      version: "1.35.8-gke.1036000",
      management: { auto_repair: true, auto_upgrade: false },
    });
  for (const pool of all("google_container_node_pool")) expect(pool).not.toHaveProperty("version");
});

test("GKE works on the cluster at night by the site's clock", () => {
  const window = (stack: string) =>
    (one("google_container_cluster", stack).maintenance_policy as Resource).recurring_window;
  expect(window("plains-cluster")).toEqual({
    start_time: "2026-01-05T08:00:00Z",
    end_time: "2026-01-05T12:00:00Z",
    recurrence: "FREQ=DAILY",
  });
  expect(window("steppe-cluster")).toEqual({
    start_time: "2026-01-05T19:30:00Z",
    end_time: "2026-01-06T01:30:00Z",
    recurrence: "FREQ=WEEKLY;BYDAY=SA,SU",
  });
});

test("a network that exists is only named, and with an API for few nobody else reaches it", () => {
  expect(one("google_container_cluster", "steppe-cluster")).toMatchObject({
    network: "projects/steppe-net/global/networks/shared",
    subnetwork: "projects/steppe-net/regions/europe-west4/subnetworks/hubs",
    ip_allocation_policy: { cluster_secondary_range_name: "hub-pods", services_secondary_range_name: "hub-services" },
    master_authorized_networks_config: { cidr_blocks: [{ cidr_block: "203.0.113.0/24" }] },
  });
  expect(all("google_compute_network", "steppe-cluster")).toEqual([]);
  const inside = plains(["cluster:\n", "cluster:\n  api: { kind: private }\n"]);
  expect(one("google_container_cluster", "plains-cluster", inside)).toMatchObject({
    private_cluster_config: { enable_private_endpoint: true },
    master_authorized_networks_config: { cidr_blocks: [] },
  });
});

test("homes: a disk that is kept, a snapshot of each night, and a last one; what exists is in no stack", () => {
  expect(one("google_compute_disk", "plains-homes")).toMatchObject({
    ...{ name: "pangeo-plains-homes-main", zone: "us-central1-b", size: 500, type: "pd-balanced" },
    create_snapshot_before_destroy: true,
  });
  expect(one("google_compute_resource_policy", "plains-homes")).toMatchObject({
    snapshot_schedule_policy: {
      schedule: { daily_schedule: { days_in_cycle: 1 } },
      retention_policy: { max_retention_days: 14, on_source_disk_delete: "KEEP_AUTO_SNAPSHOTS" },
    },
  });
  expect(one("google_compute_disk", "steppe-homes").name).toBe("pangeo-steppe-homes-main");
  expect(stacks.get("steppe-homes")).not.toContain("steppe-old-homes");
  expect(stacks.get("steppe-services")).toContain("projects/steppe-hubs/zones/europe-west4-b/disks/steppe-old-homes");
  const without = plains(["size: 500Gi", "size: 500Gi, snapshotDays: none"]);
  expect(all("google_compute_resource_policy", "plains-homes", without)).toEqual([]);
});

test("a budget of what carries the site's label tells who is named, and nobody else", () => {
  expect(one("google_monitoring_notification_channel")).toMatchObject({
    type: "email",
    labels: { email_address: "ops@plains.example" },
  });
  expect(one("google_billing_budget")).toMatchObject({
    amount: { specified_amount: { currency_code: "USD", units: "3000" } },
    budget_filter: { labels: { site: "plains" } },
    all_updates_rule: { disable_default_iam_recipients: true },
    threshold_rules: [
      { threshold_percent: 0.5 },
      { threshold_percent: 0.8 },
      { threshold_percent: 1, spend_basis: "CURRENT_SPEND" },
      { threshold_percent: 1, spend_basis: "FORECASTED_SPEND" },
    ],
  });
  expect(all("google_billing_budget", "steppe-cluster")).toEqual([]);
});

test("services that are asked are turned on, and never off", () => {
  const names = (stack: string, of = stacks) =>
    all("google_project_service", stack, of).map(({ service }) => `${service}`.split(".")[0]);
  for (const stack of ["plains-cluster", "plains-homes"])
    for (const service of all("google_project_service", stack)) expect(service.disable_on_destroy).toBe(false);
  expect(names("plains-cluster", wider).sort()).toEqual([
    ...["artifactregistry", "billingbudgets", "compute", "container", "containerfilesystem", "iam", "monitoring"],
  ]);
  expect(names("steppe-cluster").sort()).toEqual(["compute", "container", "containerfilesystem", "iam"]);
});

test("images come through the project's own registry and go after their days", () => {
  expect(one("google_artifact_registry_repository", "plains-cluster", wider)).toMatchObject({
    repository_id: "pangeo-plains-quay",
    mode: "REMOTE_REPOSITORY",
    remote_repository_config: { docker_repository: { custom_repository: { uri: "https://quay.io" } } },
    cleanup_policies: [{ action: "DELETE", condition: { older_than: "7776000s" } }],
  });
  const named = plains(
    ...wide("docker.io: { username: hub, googleSecret: projects/plains-pangeo/secrets/hub/versions/3 }"),
  );
  expect(one("google_artifact_registry_repository", "plains-cluster", named)).toMatchObject({
    remote_repository_config: {
      docker_repository: { public_repository: "DOCKER_HUB" },
      upstream_credentials: {
        username_password_credentials: {
          username: "hub",
          password_secret_version: "projects/plains-pangeo/secrets/hub/versions/3",
        },
      },
    },
  });
});

test("how many nodes there may be changes no node", () => {
  const more = plains(["maxNodes: 50", "maxNodes: 60"]);
  expect(nodePools("user", "plains-cluster", more)[0]?.name).toBe(nodePools("user")[0]?.name);
});

test("names of node pools, disks and accounts fit what Google takes", () => {
  for (const pool of ["plains-cluster", "steppe-cluster"].flatMap((stack) => all("google_container_node_pool", stack)))
    expect(pool.name).toMatch(/^[a-z](?:[-a-z0-9]{0,38}[a-z0-9])$/);
  expect(one("google_service_account").account_id).toMatch(/^[a-z](?:[-a-z0-9]{4,28}[a-z0-9])$/);
});

test("a change that makes new nodes makes them beside the old ones, which `retiring` keeps and closes", () => {
  const old = "    user: { for: user, machines: [n2-highmem-4], maxNodes: 50 }\n";
  const changed = plains(
    [old, "    user: { for: user, machines: [n2-highmem-8], maxNodes: 25 }\n"],
    ["homes:", `  retiring:\n${old}homes:`],
  );
  const before = nodePools("user")[0];
  const after = nodePools("user", "plains-cluster", changed);
  expect(after.map((pool) => nodes(pool).machine_type).sort()).toEqual(["n2-highmem-4", "n2-highmem-8"]);
  const kept = after.find((pool) => pool.name === before?.name);
  expect(nodes(kept).taint).toContainEqual({ key: "isthmus/retiring", value: "true", effect: "NO_SCHEDULE" });
  expect(nodes(before).taint).not.toContainEqual(expect.objectContaining({ key: "isthmus/retiring" }));
});
