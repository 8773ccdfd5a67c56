import { beforeAll, expect, test } from "vitest";
import { gatewayData } from "../../charts/dask-gateway/data";
import { daskGatewayNames } from "../../charts/dask-gateway/names";
import { daskGatewayValues } from "../../charts/dask-gateway/values";
import { priorityClassName } from "../../config/names";
import { nobodyAbroad } from "../../config/resolve/abroad";
import type { WorkerSize } from "../../config/resolve/sizes";
import { hubObjects } from "../../constructs/kubernetes/objects/hub";
import { alteredSite, clusterHubOf } from "../config/cluster-site";
import { hubProps } from "../constructs/kubernetes/objects/hub-props";
import type { Manifest } from "./api";
import { conform, score } from "./checks";
import { installHub, priorities } from "./install-hub";
import { namespaceOf, podOf } from "./manifests";
import type { Pod } from "./pods/pod";
import { poolNodes } from "./pool-nodes";
import { schemasOf } from "./schemas";
import { whyMissing, withCluster } from "./with-cluster";

// Two places of 24 GiB fill a node of the user pool.
const site = alteredSite(
  ["sizes: [8Gi]", "sizes: [24Gi]"],
  ["placeholders: { users: 5 }", "placeholders: { users: 2 }"],
);
const bed = withCluster({ pools: poolNodes(site.pools, { dask: 2 }), schedulers: [site.userScheduler] });

beforeAll(async () => {
  if (!whyMissing()) await bed.cluster.apply(priorities(site));
});

const props = (hub: string) => ({
  hub: clusterHubOf(site, hub),
  pools: site.pools,
  userScheduler: site.userScheduler,
  priorityClass: priorityClassName(site.id, "default"),
  storeEnvironment: {},
  storeKeys: "store-keys",
  abroad: nobodyAbroad,
});

/** A worker's pod as the gateway's controller makes it of the values. */
function workerPod(hub: string, name: string, size: WorkerSize): Manifest {
  const { namespace } = clusterHubOf(site, hub);
  const { worker } = daskGatewayValues(props(hub)).gateway.backend;
  const resources = { cpu: size.cores.toFixed(3), memory: String(size.memoryBytes) };
  const limits = { ...resources, cpu: size.threads.toFixed(3) };
  const container = { name: "dask-worker", image: "example.org/a:1", resources: { requests: resources, limits } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: {
      ...worker.extraPodConfig,
      ...gatewayData(props(hub)).pools[size.pool],
      containers: [{ ...container, ...worker.extraContainerConfig }],
    },
  };
}

const podsOf = (namespace: string) => bed.cluster.list<Pod>(`/api/v1/namespaces/${namespace}/pods`);

/** Waits until so many pods of a namespace run that pass a filter. */
function running(namespace: string, count: number, which: (pod: Pod) => boolean): Promise<readonly Pod[]> {
  return bed.cluster.until(`${count} pods run`, `/api/v1/namespaces/${namespace}/pods`, (list) => {
    const all = (list?.items ?? []) as readonly Pod[];
    const found = all.filter((pod) => pod.status?.phase === "Running" && which(pod));
    return found.length === count && found;
  });
}

test("what every hub has is admitted, bound and counted", async () => {
  const namespace = await installHub(bed.cluster, site, "prod");
  const claim = await bed.cluster.until(
    "the home is bound",
    `/api/v1/namespaces/${namespace}/persistentvolumeclaims/home`,
    (found) => ((found?.status as { phase?: string } | undefined)?.phase === "Bound" ? found : undefined),
  );
  expect(claim.spec).toMatchObject({ volumeName: "alps-prod-home" });
  const quota = await bed.cluster.get(`/api/v1/namespaces/${namespace}/resourcequotas/hub`);
  expect(quota?.spec).toMatchObject({ hard: { "services.loadbalancers": "0" } });
});

test("objects conform to this API server's schemas, and to the chosen tests but for what placeholders and charts do otherwise", async () => {
  const schemas = await schemasOf(bed.cluster);
  const hubs = ["prod", "workshop", "hydrology"];
  const objects = hubs.flatMap((hub) => hubObjects(hubProps(hub, site)) as readonly Manifest[]);
  expect(await conform(objects, schemas)).toEqual([]);
  const found = await score(objects, [
    "container-resources", // of CPU, a place may use what nobody asked for
    "deployment-has-poddisruptionbudget", // placeholders are there to be disrupted
    "networkpolicy-targets-pod", // the pods are made by charts and their programs
  ]);
  expect(found).toEqual([]);
});

test("nothing of a hub opens a load balancer or a port of nodes, and its pods stay within the quota", async () => {
  const namespace = "alps-prod";
  const service = (type: string): Manifest => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "way-in", namespace },
    spec: { type, ports: [{ port: 80 }] },
  });
  expect((await bed.cluster.tryApply([service("LoadBalancer")])).stderr).toContain("exceeded quota: hub");
  expect((await bed.cluster.tryApply([service("NodePort")])).stderr).toContain("exceeded quota: hub");
  const [size] = clusterHubOf(site, "prod").dask?.sizes ?? [];
  if (!size) throw new Error("no size");
  const huge = workerPod("prod", "huge", { ...size, cores: 1000, threads: 1000 });
  expect((await bed.cluster.tryApply([huge])).stderr).toContain("requested: requests.cpu=1k");
});

test("workers of each size pack: as many as fill a node all run on one", async () => {
  const sizes = clusterHubOf(site, "prod").dask?.sizes ?? [];
  expect(sizes.length).toBeGreaterThan(3);
  // What every node runs of its own.
  for (const node of ["dask-0", "dask-1"])
    await bed.cluster.apply([
      podOf({
        name: `own-${node}`,
        cpu: "300m",
        memory: "600Mi",
        spec: { nodeName: node, tolerations: [{ operator: "Exists" }] },
      }),
    ]);
  for (const size of sizes) {
    const pods = Array.from({ length: size.perNode }, (_, i) => workerPod("prod", `worker-${size.id}-${i}`, size));
    await bed.cluster.apply(pods);
    const found = await running("alps-prod", size.perNode, ({ metadata }) => metadata.name.startsWith("worker-"));
    expect(new Set(found.map(({ spec }) => spec.nodeName)).size, size.title).toBe(1);
    await bed.cluster.kubectl(["delete", "pod", "--namespace", "alps-prod", "--all", "--wait=true"]);
  }
});

test("pods of Dask would pass where Pod Security is `restricted`", async () => {
  await bed.cluster.apply([namespaceOf("strict", "restricted")]);
  const [size] = clusterHubOf(site, "prod").dask?.sizes ?? [];
  if (!size) throw new Error("no size");
  await bed.cluster.apply([
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "user-sa", namespace: "strict" } },
  ]);
  const pod = workerPod("prod", "worker", size);
  await bed.cluster.apply([{ ...pod, metadata: { ...pod.metadata, namespace: "strict" } }], true);
});

test("a user's pod takes the place of a placeholder at once, which waits for room", async () => {
  const namespace = await installHub(bed.cluster, site, "workshop");
  const isPlaceholder = ({ metadata }: Pod) => metadata.name.startsWith("placeholder-");
  const [first, second] = await running(namespace, 2, isPlaceholder);
  expect(first?.spec.nodeName).toBe("user-0");
  expect(second?.spec.nodeName).toBe("user-0");
  const { spec } = first as unknown as { spec: { containers: readonly object[] } };
  const notebook: Manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "jupyter-ann", namespace },
    spec: {
      ...daskGatewayValues(props("workshop")).gateway.backend.scheduler.extraPodConfig,
      containers: spec.containers,
    },
  };
  await bed.cluster.apply([notebook]);
  await running(namespace, 1, ({ metadata }) => metadata.name === "jupyter-ann");
  await running(namespace, 1, isPlaceholder);
  const pending = (await podsOf(namespace)).filter((pod) => isPlaceholder(pod) && pod.status?.phase === "Pending");
  expect(pending.length).toBe(1);
});

test("Dask Gateway's programs may do in their namespace what they need, and see no Secret of another", async () => {
  const { api, controller, traefik } = daskGatewayNames(clusterHubOf(site, "prod").releases.daskGateway);
  const may = async (who: string, verb: string, resource: string, namespace: string) => {
    const [of = "", subresource = ""] = resource.split("/");
    const [name, ...group] = of.split(".");
    const wish = { namespace, verb, group: group.join("."), resource: name, subresource };
    const review = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: { user: `system:serviceaccount:alps-prod:${who}`, resourceAttributes: wish },
    };
    const { body } = await bed.cluster.ask("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review);
    return (JSON.parse(body) as { status: { allowed: boolean } }).status.allowed;
  };
  for (const [who, verb, what] of [
    [api, "create", "daskclusters.gateway.dask.org"],
    [api, "get", "secrets"],
    [controller, "create", "pods"],
    [controller, "patch", "daskclusters.gateway.dask.org/status"],
    [controller, "create", "ingressroutes.traefik.io"],
    [traefik, "watch", "secrets"],
  ] as const) {
    expect(await may(who, verb, what, "alps-prod"), `${who} ${verb} ${what}`).toBe(true);
    expect(await may(who, verb, what, "alps-workshop"), `${who} ${verb} ${what}`).toBe(false);
  }
  expect(await may(controller, "list", "pods", "alps-workshop")).toBe(true);
});

test("a hub that goes leaves nothing, also where a user's pod still mounts the home", async () => {
  const namespace = "alps-prod";
  const pod: Manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "jupyter-bo", namespace },
    spec: {
      nodeSelector: { role: "core" },
      volumes: [{ name: "home", persistentVolumeClaim: { claimName: "home" } }],
      containers: [
        {
          name: "notebook",
          image: "example.org/a:1",
          volumeMounts: [{ name: "home", mountPath: "/home/jovyan", subPath: "prod.bo" }],
        },
      ],
    },
  };
  await bed.cluster.apply([pod]);
  await running(namespace, 1, ({ metadata }) => metadata.name === "jupyter-bo");
  // With `--wait` it would wait for the pod, which belongs to no release, and fail.
  await bed.cluster.helm(["uninstall", "prod-objects", "--namespace", namespace]);
  await bed.cluster.kubectl(["delete", "namespace", namespace, "--wait=true", "--timeout=120s"]);
  await bed.cluster.until(
    "the volume is gone",
    "/api/v1/persistentvolumes/alps-prod-home",
    (found) => found === undefined,
  );
  const wide = await bed.cluster.kubectl(["get", "clusterroles,clusterrolebindings", "--output", "name"]);
  expect(wide).not.toContain("alps-prod");
});
