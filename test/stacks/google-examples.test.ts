import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadFederation } from "../../config/load";
import { readableStack } from "./readable";
import { repository } from "./synth-demo";
import { type Change, changed, type Resource, resourcesOf, stacksOfExample } from "./synth-example";

const files = ["federation.yaml", "sites/awi.yaml"].map((name) => join(repository, "config/federations/ciroh", name));

let folder: string;
let stacks: ReadonlyMap<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-google-examples-"));
  stacks = ciroh();
});
afterAll(() => rmSync(folder, { recursive: true }));

function ciroh(...changes: readonly Change[]): Map<string, string> {
  return stacksOfExample(folder, "ciroh", "awi", changes);
}

test("an institute's two hubs on Google Cloud, as an operator runs them, take eighty lines", () => {
  expect(loadFederation(files[0] as string).faults).toEqual([]);
  const lines = files.flatMap((path) => readFileSync(path, "utf8").trimEnd().split("\n"));
  expect(lines.length).toBeLessThanOrEqual(80);
  const parts = ["lake", "homes", "cluster", "services", "catalog", "prod", "staging"];
  expect([...stacks.keys()]).toEqual(parts.map((part) => `awi-${part}`).sort());
});

test.each(["cluster", "prod"])("its stack %s as reviewed", async (part) => {
  const golden = join(repository, `test/golden/ciroh/awi-${part}.json`);
  await expect(readableStack(stacks.get(`awi-${part}`) ?? "")).toMatchFileSnapshot(golden);
});

test("GPUs are bought in any of four zones, all else is in one", () => {
  const pools = Object.values(resourcesOf(stacks, "awi-cluster", "google_container_node_pool"));
  const zones = (gpus: boolean) =>
    new Set(
      pools
        .filter(({ node_config }) => "guest_accelerator" in (node_config as Resource) === gpus)
        .map(({ node_locations }) => (node_locations as string[]).join(" ")),
    );
  expect([...zones(true)]).toEqual(["us-central1-b us-central1-a us-central1-c us-central1-f"]);
  expect([...zones(false)]).toEqual(["us-central1-b"]);
});

test("its hubs sign in different people, so each one's account ends at what is its own", () => {
  for (const hub of ["prod", "staging"]) {
    const rights = Object.values(resourcesOf(stacks, `awi-${hub}`, "google_storage_bucket_iam_member"));
    expect(rights.map(({ bucket }) => bucket).sort()).toEqual(["ciroh-awi-persistent", "ciroh-awi-scratch"]);
    for (const { condition } of rights) expect((condition as Resource).expression).toContain(`/objects/${hub}/'`);
  }
});

test("a change of one hub changes its stack alone", () => {
  const client: Change = ["Ov23staging", "Ov23other"];
  expect(changed(stacks, ciroh(client))).toEqual(["awi-staging"]);
});
