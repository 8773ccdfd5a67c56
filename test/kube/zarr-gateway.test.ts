import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gatewayRelease } from "../../charts/zarr-gateway/names";
import { gatewayValues } from "../../charts/zarr-gateway/values";
import { gatewayCatalog } from "../../constructs/kubernetes/objects/gateway-catalog";
import type { Manifest } from "./api";
import { conform, score } from "./checks";
import { gatewayChart, gatewayProps, objectsChart, renderedGateway } from "./gateway/rendered";
import { namespaceOf } from "./manifests";
import { schemasOf } from "./schemas";
import { withCluster } from "./with-cluster";

const namespace = "alps-services";
const bed = withCluster({
  pools: [
    { name: "one", cpu: "4", memory: "8Gi", zone: "zone-a" },
    { name: "two", cpu: "4", memory: "8Gi", zone: "zone-b" },
  ],
});

/** Runs Helm with values from a file in the cluster's folder. */
async function helm(verb: "install" | "upgrade" | "template" | "lint", name: string, chart: string, values: object) {
  const file = join(bed.cluster.folder, `${name}.values.json`);
  writeFileSync(file, JSON.stringify(values));
  const release = verb === "lint" ? [] : [name];
  const wait = verb === "install" || verb === "upgrade" ? ["--wait", "--timeout", "3m"] : [];
  return bed.cluster.tryHelm([verb, ...release, chart, "--namespace", namespace, "--values", file, ...wait]);
}

async function done(outcome: ReturnType<typeof helm>): Promise<void> {
  const { status, stdout, stderr } = await outcome;
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
}

const list = (path: string) => bed.cluster.list<Manifest>(path);
const values = gatewayValues(gatewayProps);

test("its objects have no unknown field, and pass the chosen tests of kube-score", async () => {
  const objects = renderedGateway();
  expect(objects.map(({ kind }) => kind).sort()).toEqual([
    "ConfigMap",
    "Deployment",
    "HorizontalPodAutoscaler",
    "Ingress",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "Service",
  ]);
  expect(await conform(objects, await schemasOf(bed.cluster))).toEqual([]);
  expect(await score(objects)).toEqual([]);
});

test.each([
  ["a misspelt key", { replica: { min: 1, max: 1 } }, "'replica' not allowed"],
  ["a number as a size", { cache: { sizeLimit: 10 } }, "/cache/sizeLimit"],
  ["a host with a scheme", { hosts: ["https://data.example.org"] }, "/hosts/0"],
  ["an image that changes", { image: { repository: "a/b", tag: "latest" } }, "/image/tag"],
  ["more replicas at least than at most", { replicas: { min: 3, max: 2 } }, "replicas.min is more than replicas.max"],
])("%s is refused before anything is installed", async (_, wrong, message) => {
  expect((await helm("lint", "right", gatewayChart, values)).status).toBe(0);
  const { status, stdout, stderr } = await helm("template", "wrong", gatewayChart, { ...values, ...wrong });
  expect(status).not.toBe(0);
  expect(stdout + stderr).toContain(message);
});

test("is installed where the API server enforces the strictest Pod Security; catalogs come, grow, shrink and go; nothing is left", async () => {
  const { cluster } = bed;
  await cluster.apply([namespaceOf(namespace, "restricted")]);
  await done(helm("install", gatewayRelease, gatewayChart, values));
  const pods = () => list(`/api/v1/namespaces/${namespace}/pods`);
  await cluster.until(
    "the autoscaler has set both replicas",
    `/apis/apps/v1/namespaces/${namespace}/deployments/${gatewayRelease}`,
    (found) => (found?.status as { readyReplicas?: number })?.readyReplicas === 2,
  );
  const nodes = (await pods()).map(({ spec }) => (spec as { nodeName: string }).nodeName);
  expect(nodes.sort()).toEqual(["one-0", "two-0"]);
  const ids = async () => (await pods()).map(({ metadata }) => metadata.uid).sort();
  const before = await ids();
  // The largest parts that there are, of bytes that nothing compresses.
  const pages = new Map([["stac/catalog.json", randomBytes(2 ** 19).toString("hex")]]);
  const catalog = gatewayCatalog({ namespace, datasets: [], foreign: [], cacheBytes: 1, pages, portal: "" });
  expect(catalog.length).toBe(2);
  for (const object of catalog) {
    await done(helm("install", object.metadata.name, objectsChart, { objects: [object] }));
    await done(helm("upgrade", object.metadata.name, objectsChart, { objects: [object] }));
  }
  await done(helm("upgrade", gatewayRelease, gatewayChart, values));
  expect(await ids()).toEqual(before);
  for (const name of [...catalog.map(({ metadata }) => metadata.name), gatewayRelease])
    await cluster.helm(["uninstall", name, "--namespace", namespace, "--wait"]);
  for (const path of [
    "api/v1/%/pods",
    "api/v1/%/services",
    "api/v1/%/secrets",
    "apis/apps/v1/%/deployments",
    "apis/apps/v1/%/replicasets",
    "apis/autoscaling/v2/%/horizontalpodautoscalers",
    "apis/policy/v1/%/poddisruptionbudgets",
    "apis/networking.k8s.io/v1/%/networkpolicies",
    "apis/networking.k8s.io/v1/%/ingresses",
  ]) {
    const at = `/${path.replace("%", `namespaces/${namespace}`)}`;
    await cluster.until(`nothing is left at ${at}`, at, (found) => (found?.items as unknown[])?.length === 0);
  }
  const maps = await list(`/api/v1/namespaces/${namespace}/configmaps`);
  expect(maps.map(({ metadata }) => metadata.name)).toEqual(["kube-root-ca.crt"]);
});
