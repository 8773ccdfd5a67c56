import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { deployedAs, deployedFederation, deployedIds } from "../../bin/deployed";
import { type IndexEntry, writeIndex } from "../../bin/engine/stack-index";
import { stateDirectory } from "../../bin/engine/state-directory";
import { Failure } from "../../bin/failure";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "isthmus-deployed-"));
  file = join(directory, "federation.yaml");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function record(federation: string, site: string, part: string, root: string): void {
  const entry: IndexEntry = {
    format: 1,
    stack: `${site}-${part}`,
    site,
    digest: "0",
    status: "applied",
    engine: { product: "OpenTofu", version: "1.11.0" },
    at: "2026-01-01T00:00:00Z",
    dependencies: part === "base" ? [] : [`${site}-base`],
    directory: `../../cdktf.out/stacks/${site}-${part}`,
    config: { resource: { terraform_data: { site: { input: { root, part } }, bundle: { input: { digest: "0" } } } } },
  };
  writeIndex(stateDirectory(directory, federation), entry);
}

test("sites are told from what was applied, with their roots and hubs", async () => {
  writeFileSync(file, "federation: demo\n");
  record("demo", "west", "base", "/srv/west");
  for (const part of ["base", "prod", "lab"]) record("demo", "east", part, ".isthmus/demo/east");
  const deployed = await deployedFederation(file);
  expect(deployed).toMatchObject({ id: "demo", directory });
  expect(deployed?.state.root).toBe(join(directory, "state/demo"));
  expect([...(deployed?.index.keys() ?? [])]).toEqual(["east-base", "east-lab", "east-prod", "west-base"]);
  expect(deployed?.sites).toEqual([
    { id: "east", root: join(directory, ".isthmus/demo/east"), hubs: ["lab", "prod"] },
    { id: "west", root: "/srv/west", hubs: [] },
  ]);
});

test.each([
  ["a file that is no YAML", 'title: "open\nfederation: demo # ours\nsites: [\n'],
  ["a quoted id among faults", 'sites: 3\nfederation: "demo"\nnonsense: true\n'],
])("%s still tells which federation it was", async (_, text) => {
  writeFileSync(file, text);
  record("other", "east", "base", "x");
  expect((await deployedFederation(file))?.id).toBe("demo");
});

test("without its name, or without the file, the only federation in state/ is meant", async () => {
  expect(await deployedFederation(file)).toBeUndefined();
  record("demo", "east", "base", "x");
  mkdirSync(join(directory, "state", "empty"));
  expect((await deployedFederation(file))?.id).toBe("demo");
  writeFileSync(file, "federation: 7\n");
  expect((await deployedFederation(file))?.id).toBe("demo");
  record("older", "east", "base", "x");
  expect(await deployedFederation(file)).toBeUndefined();
  expect(deployedIds(directory)).toEqual(["demo", "older"]);
  expect([...(await deployedAs(directory, "older")).index.keys()]).toEqual(["east-base"]);
});

test("a damaged record is named, with what to do", async () => {
  record("demo", "east", "base", "x");
  const path = join(directory, "state/demo/index/east-base.json");
  writeFileSync(path, "{");
  await expect(deployedAs(directory, "demo")).rejects.toThrow(Failure);
  await expect(deployedAs(directory, "demo")).rejects.toThrow(
    `the record ${path} of an apply is damaged: remove it; \`isthmus up\` writes it anew if its stack is in the config`,
  );
});
