import { writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { imagePullers } from "../../constructs/kubernetes/objects/image-puller";
import type { KubeObject } from "../../constructs/kubernetes/objects/object";
import { priorities } from "../../constructs/kubernetes/objects/priorities";
import { scratchExpiry } from "../../constructs/kubernetes/objects/scratch-expiry";
import { userScheduler } from "../../constructs/kubernetes/objects/user-scheduler";
import { clusterSite } from "../config/cluster-site";
import { freePort } from "../free-ports";
import { until } from "../until";
import type { Manifest } from "./api";
import { kubeconfigText } from "./control-plane";
import { namespaceOf, podOf } from "./manifests";
import type { Pod } from "./pods/pod";
import { poolNodes } from "./pool-nodes";
import { Program } from "./program";
import { tool } from "./tools/tools";
import { whyMissing, withCluster } from "./with-cluster";

const site = clusterSite();
const namespace = site.servicesNamespace;
// Its default scheduler only: the users' one is the site's own.
const bed = withCluster({ pools: poolNodes(site.pools, { user: 2 }) });

const { mirrors } = site;
const userPool = site.pools.filter(({ id }) => id === "user");
const scheduler = userScheduler({ name: site.userScheduler, namespace, pools: site.pools, mirrors });
const pullers = imagePullers({
  namespace,
  pools: site.pools,
  images: { user: ["quay.io/pangeo/pangeo-notebook:2026.06.04"], gpu: ["quay.io/pangeo/pytorch-notebook:2026.06.04"] },
  mirrors,
});
const expiry = scratchExpiry({
  ...{ namespace, pools: site.pools, store: "path" as const, annotations: {}, storeKeys: "store-keys", mirrors },
  buckets: [{ name: "alps-scratch", days: 7 }],
  environment: { AWS_ENDPOINT_URL: site.s3.endpoint },
});

/** Installs objects as the services' stack does, in a namespace stricter than theirs. */
async function install(name: string, objects: readonly KubeObject[]): Promise<void> {
  const chart = join(__dirname, "..", "..", "charts", "objects");
  const args = ["install", name, chart, "--namespace", namespace, "--wait", "--timeout", "3m", "--values", "-"];
  await bed.cluster.helm(args, JSON.stringify({ objects }));
}

let running: { readonly program: Program; readonly port: number };

beforeAll(async () => {
  if (whyMissing()) return;
  await bed.cluster.apply([namespaceOf(namespace, "restricted")]);
  await install("users", [...priorities(site.id), ...scheduler, ...pullers]);
  running = await startScheduler();
});

/** Runs the container of the scheduler's pods as a process: its command, its configuration, its account and nothing else. */
async function startScheduler() {
  const config = await bed.cluster.get(`/api/v1/namespaces/${namespace}/configmaps/${site.userScheduler}`);
  const { "config.yaml": text = "" } = (config?.data ?? {}) as { "config.yaml"?: string };
  const token = await bed.cluster.kubectl(["create", "token", site.userScheduler, "--namespace", namespace]);
  const kubeconfig = join(bed.cluster.folder, "user-scheduler.kubeconfig");
  writeFileSync(kubeconfig, kubeconfigText({ ...bed.cluster.endpoint, token: token.trim() }), { mode: 0o600 });
  // In a pod the API server and the account's token are where every program finds them.
  const outside = { ...parse(text), clientConnection: { kubeconfig } };
  const path = join(bed.cluster.folder, "user-scheduler.yaml");
  writeFileSync(path, stringify(outside));
  const { template } = (scheduler.find(({ kind }) => kind === "Deployment")?.spec ?? {}) as { template: Pod };
  const [, ...args] = template.spec.containers[0]?.command ?? [];
  const port = await freePort();
  const here = [`--secure-port=${port}`, "--bind-address=127.0.0.1"];
  const argv = [tool("kube-scheduler"), ...args.map((arg) => arg.replace("/etc/scheduler/config.yaml", path)), ...here];
  const program = new Program({ name: "user-scheduler", argv, folder: bed.cluster.folder });
  bed.cluster.beforeStop(() => program.stop());
  return { program, port };
}

/** The status of a page of the scheduler, as a kubelet's probe sees it. */
function probe(path: string): Promise<number | undefined> {
  return new Promise((done) => {
    const asked = request({ host: "127.0.0.1", port: running.port, path, rejectUnauthorized: false }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    });
    asked.on("error", () => done(undefined)).end();
  });
}

/** A user's pod, as hubs make them. */
const notebook = (name: string, cpu: string, more: object = {}) =>
  podOf({
    ...{ name, cpu, schedulerName: site.userScheduler },
    spec: {
      nodeSelector: userPool[0]?.select ?? {},
      tolerations: userPool[0]?.tolerations ?? [],
      priorityClassName: `${site.id}-default`,
      ...more,
    },
  });

async function nodeOf(pod: Manifest): Promise<string> {
  await bed.cluster.apply([pod]);
  const path = `/api/v1/namespaces/default/pods/${pod.metadata.name}`;
  return bed.cluster.until(
    `${pod.metadata.name} has a node`,
    path,
    (found) => (found as Pod | undefined)?.spec.nodeName,
  );
}

test("the scheduler is well by its own probes, holds its lease, and lacks no right", async () => {
  await until(
    "it is ready",
    60,
    async () => (await probe("/readyz")) === 200,
    () => running.program.tail(),
  );
  expect(await probe("/livez")).toBe(200);
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${site.userScheduler}`;
  await bed.cluster.until("it leads", path, (lease) => (lease?.spec as { holderIdentity?: string })?.holderIdentity);
});

test("notebooks go to the fullest node that takes them, where the cluster's own scheduler spreads them", async () => {
  const at = (pod: Manifest, nodeName: string) => ({ ...pod, spec: { ...(pod.spec as object), nodeName } });
  await bed.cluster.apply([at(notebook("there", "2"), "user-1")]);
  const nodes: string[] = [];
  for (const name of ["a", "b", "c"]) nodes.push(await nodeOf(notebook(name, "1")));
  expect(nodes).toEqual(["user-1", "user-1", "user-1"]);
  expect(await nodeOf(notebook("large", "4"))).toBe("user-0");
  const spread = notebook("spread", "1", { schedulerName: "default-scheduler" });
  await bed.cluster.kubectl(["delete", "pod", "large", "--wait=true"]);
  expect(await nodeOf(spread)).toBe("user-0");
  expect(running.program.result).toBeUndefined();
  expect(running.program.tail(500)).not.toContain("forbidden");
});

test("a notebook pushes out what only keeps room", async () => {
  const room = notebook("room", "6", { priorityClassName: `${site.id}-placeholder` });
  expect(await nodeOf(room)).toBe("user-0");
  expect(await nodeOf(notebook("guest", "5"))).toBe("user-0");
  await bed.cluster.until("it gave way", "/api/v1/namespaces/default/pods/room", (found) => found === undefined);
});

test("an image is brought to the nodes of its pool only, each by pods that Pod Security lets run in the strictest namespace", async () => {
  const pods = await bed.cluster.list<Pod>(`/api/v1/namespaces/${namespace}/pods`);
  const of = (name: string) => pods.filter((pod) => pod.metadata.labels?.["app.kubernetes.io/name"] === name);
  expect(
    of("image-puller-user")
      .map((pod) => pod.spec.nodeName)
      .sort(),
  ).toEqual(["user-0", "user-1"]);
  expect(of("image-puller-gpu").map((pod) => pod.spec.nodeName)).toEqual(["gpu-0"]);
  expect(of(site.userScheduler)).toHaveLength(2);
  expect(of(site.userScheduler).map((pod) => pod.spec.nodeName)).toEqual(["core-0", "core-0"]);
});

test("the job that expires scratch is admitted there too", async () => {
  await install("scratch-expiry", expiry);
  const job = "scratch-expiry-alps-scratch";
  await bed.cluster.kubectl(["create", "job", "now", `--from=cronjob/${job}`, "--namespace", namespace]);
  await bed.cluster.waitFor(`/apis/batch/v1/namespaces/${namespace}/jobs/now`, "Complete");
});
