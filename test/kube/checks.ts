import { spawnSync } from "node:child_process";
import { stringify } from "yaml";
import type { Manifest } from "./api";
import { schemaLocation } from "./schemas";
import { type Tool, tool, toolsReady } from "./tools/tools";

/** What a check found about an object: `Deployment/name: what`. */
export type Finding = string;

/**
 * Tests of kube-score that hold for what this project makes; left out are those about habits that do not fit here
 * (an image pull at each start, anti-affinity of single replicas, limits of ephemeral storage).
 */
export const SCORED = [
  "container-image-tag",
  "container-resources",
  "container-security-context-privileged",
  "container-security-context-readonlyrootfilesystem",
  "container-security-context-user-group-id",
  "container-seccomp-profile",
  "cronjob-has-deadline",
  "deployment-has-poddisruptionbudget",
  "deployment-targeted-by-hpa-does-not-have-replicas-configured",
  "horizontalpodautoscaler-has-target",
  "horizontalpodautoscaler-replicas",
  "ingress-targets-service",
  "label-values",
  "networkpolicy-targets-pod",
  "pod-networkpolicy",
  "pod-probes",
  "pod-topology-spread-constraints",
  "poddisruptionbudget-has-policy",
  "service-targets-pod",
  "service-type",
  "stable-version",
  "statefulset-has-servicename",
] as const;

/** Checks objects against the schemas of an API server; every unknown field is a finding, an unknown kind too. */
export async function conform(objects: readonly Manifest[], schemas: string): Promise<readonly Finding[]> {
  const args = ["-strict", "-output", "json", "-schema-location", schemaLocation(schemas), "-"];
  const told = await run("kubeconform", args, objects);
  const { resources = [] } = JSON.parse(told) as { resources?: readonly Resource[] };
  return resources.map(({ kind, name, msg }) => `${kind}/${name}: ${msg}`);
}

interface Resource {
  readonly kind: string;
  readonly name: string;
  readonly msg: string;
}

/**
 * Scores objects by the chosen tests; `waived` are ids of tests that need not pass, each with its reason beside the call. A waiver
 * that no object needs is a finding too.
 */
export async function score(objects: readonly Manifest[], waived: readonly string[] = []): Promise<readonly Finding[]> {
  const optional = SCORED.flatMap((id) => ["--enable-optional-test", id]);
  const told = await run("kube-score", ["score", "--output-format", "json", ...optional, "-"], objects);
  const found = (JSON.parse(told) as readonly Scored[]).flatMap(({ type_meta, object_meta, checks }) =>
    checks
      .filter(({ check, skipped, grade }) => isChosen(check.id) && !skipped && grade < ALL_OK)
      .map(({ check, comments }) => ({
        id: check.id,
        finding: `${type_meta.kind}/${object_meta.name}: ${check.id}: ${summary(comments)}`,
      })),
  );
  return [
    ...found.filter(({ id }) => !waived.includes(id)).map(({ finding }) => finding),
    ...waived.filter((id) => !found.some((one) => one.id === id)).map((id) => `${id}: waived, and no object needs it`),
  ];
}

const ALL_OK = 10;

interface Scored {
  readonly type_meta: { readonly kind: string };
  readonly object_meta: { readonly name: string };
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly path: string; readonly summary: string }[] | null;
  }[];
}

function isChosen(id: string): boolean {
  return (SCORED as readonly string[]).includes(id);
}

function summary(comments: Scored["checks"][number]["comments"]): string {
  return (comments ?? []).map(({ path, summary }) => (path ? `${path}: ${summary}` : summary)).join("; ");
}

/** Runs a checker on objects, in the version of YAML that Kubernetes reads, where YES is a boolean; it must have understood them, whatever it says of them. */
async function run(name: Tool, args: readonly string[], objects: readonly Manifest[]): Promise<string> {
  await toolsReady();
  const input = objects.map((object) => stringify(object, { version: "1.1" })).join("---\n");
  const { stdout, stderr, error } = spawnSync(tool(name), args, { input, encoding: "utf8" });
  if (error || !stdout.trim()) throw new Error(`${name}: ${error?.message ?? stderr}`);
  return stdout;
}
