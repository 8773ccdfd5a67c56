import { beforeAll, expect, test } from "vitest";
import { until } from "../until";
import type { Manifest } from "./api";
import { type GrowingPool, startKarpenter } from "./karpenter";
import { listeners } from "./listeners";
import { podOf } from "./manifests";
import type { Taint } from "./nodes";
import type { Pod } from "./pods/pod";
import type { Program } from "./program";
import { whyMissing, withCluster } from "./with-cluster";

const worker: Taint = { key: "k8s.dask.org/dedicated", value: "worker", effect: "NoSchedule" };
const user: Taint = { key: "hub.jupyter.org/dedicated", value: "user", effect: "NoSchedule" };
const pools: readonly GrowingPool[] = [
  {
    name: "dask",
    spot: true,
    cpu: "3920m",
    memory: "14Gi",
    labels: { "k8s.dask.org/node-purpose": "worker" },
    taints: [worker],
  },
  {
    name: "user",
    spot: false,
    cpu: "1930m",
    memory: "6Gi",
    labels: { "hub.jupyter.org/node-purpose": "user" },
    taints: [user],
  },
];
const bed = withCluster();
let karpenter: Program;

beforeAll(async () => {
  if (!whyMissing({})) karpenter = await startKarpenter(bed.cluster, pools);
});

/** A Dask worker, of which one node takes three; from a Deployment, so that a lost one comes again. */
function workers(replicas: number): Manifest {
  const pod = podOf({
    name: "worker",
    cpu: "1300m",
    nodeSelector: { "k8s.dask.org/node-purpose": "worker" },
    tolerates: [worker],
  });
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "workers", namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "worker" } },
      template: { metadata: { labels: { app: "worker" } }, spec: pod.spec },
    },
  };
}

async function nodes(): Promise<readonly Manifest[]> {
  return bed.cluster.list<Manifest>("/api/v1/nodes");
}

/** Waits until so many workers run, all on nodes that are there. */
async function running(count: number): Promise<readonly Pod[]> {
  return until(
    `${count} workers run`,
    180,
    async () => {
      const there = new Set((await nodes()).map(({ metadata }) => metadata.name));
      const pods = await bed.cluster.list<Pod>("/api/v1/namespaces/default/pods?labelSelector=app%3Dworker");
      const up = pods.filter(({ spec, status, metadata }) => {
        return status.phase === "Running" && !metadata.deletionTimestamp && there.has(spec.nodeName ?? "");
      });
      return up.length === count && up;
    },
    async () => `${await bed.cluster.events()}\n${karpenter.tail()}`,
  );
}

test("nodes come from zero for pods that fit a pool, packed, on the right pool; a lost one is replaced; empty ones go", async () => {
  expect(await nodes()).toEqual([]);
  await bed.cluster.apply([
    workers(6),
    podOf({ name: "notebook", cpu: "1", nodeSelector: { "hub.jupyter.org/node-purpose": "user" }, tolerates: [user] }),
  ]);
  const first = new Set((await running(6)).map(({ spec }) => spec.nodeName ?? ""));
  expect(first.size).toBe(2);
  for (const node of await nodes()) {
    const spot = first.has(node.metadata.name);
    expect(node.metadata.labels).toMatchObject({ "karpenter.sh/capacity-type": spot ? "spot" : "on-demand" });
    expect(node.status).toMatchObject({ allocatable: { cpu: spot ? "3920m" : "1930m" } });
  }
  const [lost = ""] = first;
  await bed.cluster.kubectl(["delete", "node", lost, "--wait=false"]);
  await bed.cluster.until("the node is gone", `/api/v1/nodes/${lost}`, (node) => node === undefined, 180);
  const again = (await running(6)).map(({ spec }) => spec.nodeName);
  expect(again).not.toContain(lost);
  await bed.cluster.kubectl(["delete", "deployment", "workers"]);
  await bed.cluster.kubectl(["delete", "pod", "notebook"]);
  await until(
    "no node is left",
    300,
    async () => (await nodes()).length === 0,
    () => karpenter.tail(),
  );
});

test("a pod that tolerates no pool's taint waits, and no node is made for it", async () => {
  await bed.cluster.apply([podOf({ name: "untolerated", nodeSelector: { "k8s.dask.org/node-purpose": "worker" } })]);
  const path =
    "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Duntolerated,reportingComponent%3Dkarpenter";
  const [event] = await until("Karpenter says why", 120, async () => {
    const events = await bed.cluster.list<Manifest>(path);
    return events.length > 0 && events;
  });
  expect(String(event?.message)).toContain("did not tolerate");
  expect(await nodes()).toEqual([]);
});

test("Karpenter listens on loopback only", () => {
  const open = listeners([karpenter.id ?? 0]);
  expect(open.length).toBeGreaterThan(0);
  for (const address of open) expect(address).toMatch(/^127\.0\.0\.1:/);
});
