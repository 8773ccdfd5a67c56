import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Condition, Manifest } from "./api";
import { Cluster } from "./cluster";
import { listeners } from "./listeners";
import { namespaceOf, podOf } from "./manifests";
import type { Pool, Taint } from "./nodes";
import type { Pod } from "./pods/pod";
import { BALANCER } from "./stages";
import { withCluster } from "./with-cluster";

const worker: Taint = { key: "k8s.dask.org/dedicated", value: "worker", effect: "NoSchedule" };
const pools: readonly Pool[] = [
  { name: "core", cpu: "1930m", memory: "6Gi", labels: { "hub.jupyter.org/node-purpose": "core" }, zone: "zone-a" },
  {
    name: "user",
    nodes: 2,
    cpu: "3920m",
    memory: "14Gi",
    labels: { "hub.jupyter.org/node-purpose": "user" },
    zone: "zone-b",
  },
  { name: "dask", cpu: "15890m", memory: "58Gi", labels: { "k8s.dask.org/node-purpose": "worker" }, taints: [worker] },
  { name: "gpu", cpu: "7910m", memory: "29Gi", gpus: 1, labels: { "hub.jupyter.org/node-purpose": "user" } },
];
const bed = withCluster({ pools, schedulers: ["packing"] });

const pathOf = (pod: Manifest) => `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`;

/** The node that the scheduler chose. */
async function placed(pod: Manifest): Promise<string> {
  await bed.cluster.apply([pod]);
  return bed.cluster.until(`${pod.metadata.name} runs`, pathOf(pod), (found) => {
    const { spec, status } = (found ?? {}) as Partial<Pod>;
    return status?.phase === "Running" && spec?.nodeName;
  });
}

/** Why the scheduler found no node. */
async function refused(pod: Manifest): Promise<string> {
  await bed.cluster.apply([pod]);
  return bed.cluster.until(`${pod.metadata.name} waits`, pathOf(pod), (found) => {
    const conditions = (found?.status as { conditions?: readonly Condition[] } | undefined)?.conditions ?? [];
    return conditions.find(({ type, status }) => type === "PodScheduled" && status === "False")?.message;
  });
}

test("pools become ready nodes with their labels, taints, zone and allocatable size", async () => {
  const nodes = await bed.cluster.list<Manifest>("/api/v1/nodes");
  expect(nodes.map(({ metadata }) => metadata.name).sort()).toEqual(["core-0", "dask-0", "gpu-0", "user-0", "user-1"]);
  const dask = nodes.find(({ metadata }) => metadata.name === "dask-0");
  expect(dask?.metadata.labels).toMatchObject({ "k8s.dask.org/node-purpose": "worker" });
  expect(dask?.spec).toMatchObject({ taints: [worker] });
  expect(dask?.status).toMatchObject({ allocatable: { cpu: "15890m", memory: "58Gi", pods: "110" } });
  const user = nodes.find(({ metadata }) => metadata.name === "user-1");
  expect(user?.metadata.labels).toMatchObject({ "topology.kubernetes.io/zone": "zone-b" });
});

test("the real scheduler takes selector, toleration and size into account", async () => {
  const dask = { "k8s.dask.org/node-purpose": "worker" };
  expect(await placed(podOf({ name: "right", nodeSelector: dask, tolerates: [worker] }))).toBe("dask-0");
  expect(await refused(podOf({ name: "untolerated", nodeSelector: dask }))).toContain("untolerated taint");
  expect(await refused(podOf({ name: "too-large", cpu: "16", tolerates: [worker] }))).toContain("Insufficient cpu");
  expect(await placed(podOf({ name: "gpu", gpus: 1 }))).toBe("gpu-0");
  expect(await refused(podOf({ name: "second-gpu", gpus: 1 }))).toContain("Insufficient nvidia.com/gpu");
});

test("a second scheduler, by its name, fills a node before it takes the next", async () => {
  const user = { "topology.kubernetes.io/zone": "zone-b" };
  const pods = [1, 2, 3].map((n) =>
    podOf({ name: `packed-${n}`, cpu: "1", nodeSelector: user, schedulerName: "packing" }),
  );
  const nodes: string[] = [];
  for (const pod of pods) nodes.push(await placed(pod));
  expect(new Set(nodes).size).toBe(1);
});

test("a deleted pod goes, a Job completes", async () => {
  const spec = {
    template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "example.org/a:1" }] } },
  };
  await bed.cluster.apply([
    { apiVersion: "batch/v1", kind: "Job", metadata: { name: "job", namespace: "default" }, spec },
  ]);
  await bed.cluster.waitFor("/apis/batch/v1/namespaces/default/jobs/job", "Complete");
  const pod = podOf({ name: "short" });
  await placed(pod);
  await bed.cluster.kubectl(["delete", "pod", "short", "--wait=false"]);
  await bed.cluster.until("the pod is gone", pathOf(pod), (found) => found === undefined);
});

test("a chart installs and waits for its pods, load balancer and volume; what it does not know is refused", async () => {
  const chart = join(__dirname, "chart");
  const install = ["small", chart, "--namespace", "charts", "--create-namespace", "--wait", "--timeout", "3m"];
  await bed.cluster.helm(["install", ...install, "--set", "replicas=3"]);
  const [service] = await bed.cluster.list<Manifest>("/api/v1/namespaces/charts/services");
  expect(service?.status).toMatchObject({ loadBalancer: { ingress: [{ ip: BALANCER }] } });
  const [claim] = await bed.cluster.list<Manifest>("/api/v1/namespaces/charts/persistentvolumeclaims");
  expect(claim?.status).toMatchObject({ phase: "Bound", capacity: { storage: "1Gi" } });
  const wrong = await bed.cluster.tryHelm(["upgrade", ...install, "--set", "replica=3"]);
  expect(wrong.status).not.toBe(0);
  expect(wrong.stderr).toContain("additional properties 'replica' not allowed");
  await bed.cluster.helm(["uninstall", "small", "--namespace", "charts", "--wait"]);
  const volumes = "/api/v1/persistentvolumes";
  await bed.cluster.until(
    "the volume is gone",
    volumes,
    (list) => (list?.items as readonly Manifest[] | undefined)?.length === 0,
  );
});

test("Pod Security is enforced, unknown fields are refused", async () => {
  await bed.cluster.apply([namespaceOf("strict", "restricted")]);
  const plain = await bed.cluster.tryApply([podOf({ name: "plain", namespace: "strict" })]);
  expect(plain.stderr).toContain('violates PodSecurity "restricted:latest"');
  const securityContext = {
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  };
  await bed.cluster.apply([podOf({ name: "hardened", namespace: "strict", container: { securityContext } })]);
  const misspelt = await bed.cluster.tryApply([
    podOf({ name: "misspelt", container: { imagePullPolicies: "Always" } }),
  ]);
  expect(misspelt.stderr).toContain("imagePullPolicies");
  expect(await bed.cluster.apply([podOf({ name: "only-asked" })], true)).toContain(
    "serverside-applied (server dry run)",
  );
  expect(await bed.cluster.get("/api/v1/namespaces/default/pods/only-asked")).toBeUndefined();
});

test("an account may do what its role says and no more", async () => {
  await bed.cluster.apply([
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "reader", namespace: "default" } },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "reader", namespace: "default" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
      subjects: [{ kind: "ServiceAccount", name: "reader", namespace: "default" }],
    },
  ]);
  const may = (verb: string) =>
    bed.cluster.tryKubectl(["auth", "can-i", verb, "pods", "--as", "system:serviceaccount:default:reader"]);
  await bed.cluster.until("the role counts", "/api/v1/namespaces/default", () => true);
  expect((await may("list")).stdout).toBe("yes\n");
  expect((await may("delete")).stdout).toBe("no\n");
});

test("clusters stand side by side, listen on loopback only, and leave nothing", async () => {
  const other = await Cluster.start({ pools: [{ name: "only", cpu: "1", memory: "1Gi" }] });
  const ids = other.processes();
  try {
    expect(other.endpoint.url).not.toBe(bed.cluster.endpoint.url);
    expect((await other.list<Manifest>("/api/v1/nodes")).map(({ metadata }) => metadata.name)).toEqual(["only-0"]);
    const open = listeners([...ids, ...bed.cluster.processes()]);
    expect(open.length).toBeGreaterThanOrEqual(6);
    for (const address of open) expect(address).toMatch(/^127\.0\.0\.1:/);
    console.log(`kube: a cluster takes ${Math.round(memoryOf(ids) / 1e6)} MB`);
  } finally {
    await other.stop();
  }
  expect(other.processes()).toEqual([]);
  expect(ids.filter((id) => existsSync(`/proc/${id}`))).toEqual([]);
  expect(existsSync(other.folder)).toBe(false);
  expect((await bed.cluster.list("/api/v1/nodes")).length).toBe(5);
});

/** Bytes of memory that processes hold. */
function memoryOf(ids: readonly number[]): number {
  const resident = (id: number) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? 0);
  return ids.reduce((sum, id) => sum + resident(id) * 1024, 0);
}
