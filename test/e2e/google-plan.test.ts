import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planned } from "../aws/plan";
import { resourcesOf } from "../aws/policies";
import { cloudParts, StackFolder } from "../aws/stack-folder";
import { type GoogleEngine, googleEngine, offline } from "../google/engine";
import { synth } from "../stacks/synth-demo";
import { copyOfExample, stacksOfExample } from "../stacks/synth-example";

let folder: string;
let engine: GoogleEngine | string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-google-plan-"));
  engine = await googleEngine(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The stacks of the example federation: name -> its JSON. */
function stacks(): Map<string, string> {
  const at = join(synth(copyOfExample(folder, "google")), "stacks");
  return new Map(readdirSync(at).map((name) => [name, readFileSync(join(at, name, "cdk.tf.json"), "utf8")]));
}

/** Labels of what a plan would make; of what takes none, nothing. */
function labelsOf({ values }: { readonly values: Readonly<Record<string, unknown>> }) {
  return (values.effective_labels ?? null) as Readonly<Record<string, string>> | null;
}

test("the real provider accepts each stack, and plans those that look nothing up, with labels on all that takes some", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  const plannedStacks: string[] = [];
  for (const [name, json] of stacks()) {
    const stack = new StackFolder(engine, join(folder, "offline", name));
    stack.write("cdk.tf.json", cloudParts(json, "google")).write("tests_override.tf.json", offline(engine.version));
    await stack.must("init", "-input=false");
    expect(JSON.parse(await stack.must("validate", "-json")), name).toMatchObject({ valid: true, error_count: 0 });
    if ("data" in (JSON.parse(json) as object)) continue;
    const resources = await planned(stack);
    expect(resources, name).toHaveLength(resourcesOf(json).size);
    const site = name.split("-")[0] ?? "";
    for (const one of resources) {
      const labels = labelsOf(one);
      if (labels) expect(labels, one.address).toMatchObject({ "managed-by": "isthmus", federation: "pangeo", site });
    }
    plannedStacks.push(name);
  }
  const alone = ["plains-grants", "plains-homes", "plains-lake", "prairie-grants", "steppe-cluster"];
  expect(plannedStacks.sort()).toEqual([...alone, "steppe-homes", "steppe-lake"]);
});

test("the real provider accepts homes on Filestore and their backups", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const homes = "main: { kind: filestore }\n  plain: { kind: filestore, tier: basic, backups: none }";
  const made = stacksOfExample(folder, "google", "plains", [["main: { quota: 30Gi, size: 500Gi }", homes]]);
  for (const name of ["plains-backups", "plains-homes", "plains-prod"]) {
    const stack = new StackFolder(engine, join(folder, "filestore", name));
    const json = made.get(name) ?? "";
    stack.write("cdk.tf.json", cloudParts(json, "google")).write("tests_override.tf.json", offline(engine.version));
    await stack.must("init", "-input=false");
    expect(JSON.parse(await stack.must("validate", "-json")), name).toMatchObject({ valid: true, error_count: 0 });
    if (name !== "plains-prod") expect(await planned(stack), name).toHaveLength(resourcesOf(json).size);
  }
});
