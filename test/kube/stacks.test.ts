import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clusterSite } from "../config/cluster-site";
import { repository, synth } from "../stacks/synth-demo";
import type { Manifest } from "./api";
import { conform, score } from "./checks";
import { poolNodes } from "./pool-nodes";
import { schemasOf } from "./schemas";
import { deploy, destroy, objectsOf, type SynthesizedStack, synthesized } from "./synthesized";
import { whyMissing, withCluster } from "./with-cluster";

const site = clusterSite();
const options = { pools: poolNodes(site.pools), schedulers: [site.userScheduler] };
const bed = withCluster(options);
let folder: string;
let stacks: readonly SynthesizedStack[];

/** The stacks of the example federation, in the order that they need each other. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-stacks-"));
  cpSync(join(repository, "config/federations/cluster"), folder, { recursive: true });
  const output = synth(folder);
  const manifest = JSON.parse(readFileSync(join(output, "manifest.json"), "utf8")) as { stacks: Record<string, Needs> };
  stacks = inOrder(manifest.stacks).map((name) => synthesized(output, name));
  if (whyMissing(options)) return;
  await bed.cluster.apply([...certManagerKinds, middlewareKind]);
  await bringTraefikKind();
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Needs {
  readonly dependencies: readonly string[];
}

function inOrder(all: Readonly<Record<string, Needs>>): string[] {
  const order: string[] = [];
  const visit = (name: string) => {
    if (order.includes(name)) return;
    for (const needed of all[name]?.dependencies ?? []) visit(needed);
    order.push(name);
  };
  for (const name of Object.keys(all).sort()) visit(name);
  return order;
}

/** What cert-manager's chart brings, of which our objects are. */
const certManagerKinds = ["ClusterIssuer", "Certificate"].map((kind) => definition("cert-manager.io", "v1", kind));

/** What a cluster has that came with an ingress of its own: one kind by no release, one by another's. */
const middlewareKind = definition("traefik.io", "v1alpha1", "Middleware");
const traefikKind = definition("traefik.io", "v1alpha1", "IngressRoute");

/** The other's release, as Helm installs and upgrades it. */
async function bringTraefikKind(labels: Readonly<Record<string, string>> = {}): Promise<void> {
  const { metadata } = traefikKind;
  const values = JSON.stringify({ objects: [{ ...traefikKind, metadata: { ...metadata, labels } }] });
  const chart = join(repository, "charts/objects");
  await bed.cluster.helm(["upgrade", "--install", "edge", chart, "--namespace", "default", "--values", "-"], values);
}

async function kindOf(name: string): Promise<Manifest["metadata"] | undefined> {
  return (await bed.cluster.get(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`))?.metadata;
}

function definition(group: string, version: string, kind: string): Manifest {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${kind.toLowerCase()}s.${group}` },
    spec: {
      group,
      scope: kind === "ClusterIssuer" ? "Cluster" : "Namespaced",
      names: { kind, plural: `${kind.toLowerCase()}s`, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}

/** Everything in the cluster that Helm or the engine made: `Kind namespace/name`, with its uid. */
async function made(): Promise<Map<string, string>> {
  const kinds = (await bed.cluster.kubectl(["api-resources", "--verbs=list", "--output=name"])).trim().split("\n");
  const wanted = kinds.filter(
    (kind) => !/^(events|endpoints|endpointslices|leases|pods|replicasets|controllerrevisions)\b/.test(kind),
  );
  const all = await bed.cluster.kubectl(["get", wanted.join(","), "--all-namespaces", "--output=json"]);
  const items = (JSON.parse(all) as { items: Manifest[] }).items;
  const ours = items.filter(
    ({ metadata }) => /^alps\b/.test(metadata.namespace ?? metadata.name) || isMarked(metadata),
  );
  return new Map(
    ours
      .filter(({ kind, metadata }) => !/^(default|kube-root-ca\.crt)$/.test(metadata.name) || kind === "Namespace")
      .map(({ kind, metadata }) => [`${kind} ${metadata.namespace ?? ""}/${metadata.name}`, metadata.uid ?? ""]),
  );
}

function isMarked({ annotations }: Manifest["metadata"]): boolean {
  return annotations?.["meta.helm.sh/release-name"] !== undefined;
}

test("every stack is taken by a real API server, each after those that it needs", async () => {
  const names = stacks.map(({ name }) => name);
  expect(names.slice(0, 3)).toEqual(["alps-homes", "alps-services", "alps-catalog"]);
  expect(names.slice(3)).toEqual(["alps-hydrology", "alps-prod", "alps-workshop"]);
  for (const stack of stacks) await deploy(bed.cluster, stack);
  const nodes = await bed.cluster.list<Manifest>("/apis/apps/v1/namespaces/alps-services/daemonsets");
  expect(nodes.map(({ metadata }) => metadata.name).sort()).toEqual(["image-puller-gpu", "image-puller-user"]);
});

test("kinds that were there were taken from their owner, whose upgrade then met them changed: they stay as they are", async () => {
  const owner = { "meta.helm.sh/release-name": "edge", "meta.helm.sh/release-namespace": "default" };
  expect((await kindOf("ingressroutes.traefik.io"))?.annotations).toEqual(owner);
  expect((await kindOf("middlewares.traefik.io"))?.annotations ?? {}).toEqual({});
  const own = { "meta.helm.sh/release-name": "kinds", "isthmus/shared": "true" };
  expect((await kindOf("ingressroutetcps.traefik.io"))?.annotations).toMatchObject(own);
  await bringTraefikKind({ tier: "edge" });
  const services = stacks.find(({ name }) => name === "alps-services");
  if (!services) throw new Error("no services");
  await deploy(bed.cluster, services);
  expect(await kindOf("ingressroutes.traefik.io")).toMatchObject({ annotations: owner, labels: { tier: "edge" } });
  expect((await kindOf("ingressroutetcps.traefik.io"))?.annotations).toMatchObject(own);
});

test("every object of ours conforms to this API server's schemas and passes the chosen tests", async () => {
  const schemas = await schemasOf(bed.cluster, ["DaskCluster", "ClusterIssuer"]);
  for (const stack of stacks) {
    const objects = objectsOf(stack);
    expect(await conform(objects, schemas), stack.name).toEqual([]);
  }
  const services = objectsOf(stacks.find(({ name }) => name === "alps-services"));
  expect(
    await score(services, [
      "container-resources", // of CPU, what nobody asked for may be used: a limit would slow down and save nothing
      "pod-networkpolicy", // they take no requests; they ask the API server or the store, whose addresses are not known here
    ]),
  ).toEqual([]);
});

test("a hub that goes leaves nothing of it, and the other hubs as they were", async () => {
  const before = await made();
  const workshop = stacks.find(({ name }) => name === "alps-workshop");
  if (!workshop) throw new Error("no workshop");
  await destroy(bed.cluster, workshop);
  const after = await made();
  const gone = [...before].filter(([what]) => !after.has(what)).map(([what]) => what);
  expect(gone.length).toBeGreaterThan(10);
  expect(gone.filter((what) => !what.includes("workshop"))).toEqual([]);
  expect([...after.keys()].filter((what) => what.includes("workshop"))).toEqual([]);
  for (const [what, uid] of after) expect(before.get(what), what).toBe(uid);
});

test("taken down in reverse, only what is kept on purpose stays: definitions", async () => {
  for (const stack of [...stacks].reverse().filter(({ name }) => name !== "alps-workshop"))
    await destroy(bed.cluster, stack);
  const left = [...(await made()).keys()];
  expect(left.filter((what) => !what.startsWith("CustomResourceDefinition "))).toEqual([]);
  expect(left.filter((what) => what.startsWith("CustomResourceDefinition ")).length).toBe(10); // nine of ours, one of another release
});
