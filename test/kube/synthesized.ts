import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest, Metadata } from "./api";
import type { Cluster } from "./cluster";

/** A Helm release of a synthesized stack. */
export interface SynthesizedRelease {
  readonly name: string;
  readonly namespace: string;
  /** A name in `repository`, or a folder relative to the stack's. */
  readonly chart: string;
  readonly repository?: string;
  readonly version?: string;
  /** Whether it takes objects that are there already. */
  readonly takeOwnership: boolean;
  /** Whether its end waits for its objects. */
  readonly wait: boolean;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A stack as a synth wrote it, with what of it reaches a cluster. */
export interface SynthesizedStack {
  readonly name: string;
  readonly folder: string;
  /** Namespaces, Secrets (without their data) and claims, as the API takes them. */
  readonly objects: readonly Manifest[];
  /** In the order in which the engine installs them. */
  readonly releases: readonly SynthesizedRelease[];
}

type Resource = Readonly<Record<string, unknown>> & { readonly depends_on?: readonly string[] };
type Resources = Readonly<Record<string, Readonly<Record<string, Resource>>>>;

/** Reads a synthesized stack. What only the engine knows (`${data…}`) becomes `unknown`. */
export function synthesized(output: string, name: string, unknown = "192.0.2.1"): SynthesizedStack {
  const folder = join(output, "stacks", name);
  const { resource = {} } = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as { resource?: Resources };
  const releases = Object.entries(resource.helm_release ?? {});
  return {
    name,
    folder,
    objects: engineObjects(resource),
    releases: inOrder(releases).map((release) => releaseOf(release, unknown)),
  };
}

/** Names of all stacks of an output, in alphabetical order. */
export function stackNames(output: string): string[] {
  return readdirSync(join(output, "stacks")).sort();
}

/** Each release after those that it names. */
function inOrder(releases: readonly (readonly [string, Resource])[]): Resource[] {
  const done = new Set<string>();
  const order: Resource[] = [];
  const rest = [...releases];
  while (rest.length > 0) {
    const next = rest.findIndex(([, r]) =>
      (r.depends_on ?? []).every((at) => !at.startsWith("helm_release.") || done.has(at.slice("helm_release.".length))),
    );
    const [found] = rest.splice(next, next < 0 ? 0 : 1);
    if (!found) throw new Error(`releases need each other in a circle: ${rest.map(([id]) => id).join(", ")}`);
    done.add(found[0]);
    order.push(found[1]);
  }
  return order;
}

function releaseOf(resource: Resource, unknown: string): SynthesizedRelease {
  const [text = "{}"] = (resource.values ?? []) as readonly string[];
  const known = text
    .replaceAll(/(?<!\$)\$\{[^}]*\}/g, unknown)
    .replaceAll("$${", "${")
    .replaceAll("%%{", "%{");
  const { name, namespace, chart, repository, version } = resource as unknown as SynthesizedRelease;
  const values = JSON.parse(known) as SynthesizedRelease["values"];
  return {
    ...{
      name,
      namespace,
      chart,
      values,
      wait: resource.wait !== false,
      takeOwnership: resource.take_ownership === true,
    },
    ...(repository === undefined ? {} : { repository }),
    ...(version === undefined ? {} : { version }),
  };
}

function engineObjects(resources: Resources): Manifest[] {
  const of = (type: string) => Object.values(resources[type] ?? {});
  const metadata = (r: Resource) => r.metadata as Metadata;
  return [
    ...of("kubernetes_namespace_v1").map((r) => ({ apiVersion: "v1", kind: "Namespace", metadata: metadata(r) })),
    ...of("kubernetes_secret_v1").map((r) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata(r),
      stringData: Object.fromEntries(Object.keys(r.data_wo as object).map((key) => [key, "secret"])),
    })),
    ...of("kubernetes_persistent_volume_claim_v1").map((r) => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: metadata(r),
      spec: claimSpec(r.spec as Readonly<Record<string, unknown>>),
    })),
  ];
}

/** The one block that the engine spells otherwise than the API. */
function claimSpec({ access_modes, resources, storage_class_name }: Readonly<Record<string, unknown>>) {
  return {
    accessModes: access_modes,
    resources,
    ...(storage_class_name ? { storageClassName: storage_class_name } : {}),
  };
}

/** All objects of ours that a stack brings to the cluster as they are. */
export function objectsOf(stack: SynthesizedStack | undefined): Manifest[] {
  const own = (stack?.releases ?? []).flatMap(({ values }) => (values.objects ?? []) as Manifest[]);
  return [...(stack?.objects ?? []), ...own];
}

/** Whether a release is of a chart of ours, which is at hand. */
export function isOwn({ folder }: SynthesizedStack, { chart }: SynthesizedRelease): boolean {
  return existsSync(join(folder, chart, "Chart.yaml"));
}

/** Applies a stack's objects and installs its releases of our own charts, as the engine would. */
export async function deploy(cluster: Cluster, stack: SynthesizedStack): Promise<void> {
  if (stack.objects.length > 0) await cluster.apply(stack.objects);
  for (const release of stack.releases.filter((r) => isOwn(stack, r))) {
    const { name, namespace, chart, values, takeOwnership } = release;
    const args = [
      ...[name, join(stack.folder, chart), "--namespace", namespace, "--wait", "--timeout", "5m"],
      ...(takeOwnership ? ["--take-ownership"] : []),
    ];
    await cluster.helm(["upgrade", "--install", ...args, "--values", "-"], JSON.stringify(values));
  }
}

/** Takes a stack down in the order of the engine: releases from the last to the first, then namespaces. */
export async function destroy(cluster: Cluster, stack: SynthesizedStack): Promise<void> {
  for (const release of [...stack.releases].reverse().filter((r) => isOwn(stack, r)))
    await cluster.helm([
      ...["uninstall", release.name, "--namespace", release.namespace],
      ...(release.wait ? ["--wait"] : []),
    ]);
  for (const { kind, metadata } of [...stack.objects].reverse()) {
    const at = metadata.namespace === undefined ? [] : ["--namespace", metadata.namespace];
    await cluster.kubectl(["delete", kind, metadata.name, ...at, "--wait=true", "--timeout=120s"]);
  }
}
