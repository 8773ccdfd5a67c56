import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readManifest } from "../../bin/engine/graph";
import { outputDirectory } from "../../bin/federation-file";
import { configuredStacks } from "../../bin/target";
import { loadFederation } from "../../config/load";
import { copyOfDemo, filesBelow, repository, synth } from "../stacks/synth-demo";

let folder: string;
beforeEach(() => {
  folder = copyOfDemo();
  vi.stubEnv("CDKTF_OUTDIR", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const project = (at: string, text: string) => {
  mkdirSync(dirname(join(folder, at)), { recursive: true });
  writeFileSync(join(folder, at), text);
};
const output = (file: string) => relative(folder, outputDirectory(join(folder, file)));

test("stacks are written beside the federation file, wherever one stands", () => {
  const file = join(folder, "federation.yaml");
  expect(outputDirectory(file)).toBe(join(folder, "cdktf.out"));
  expect(outputDirectory(relative(process.cwd(), file))).toBe(join(folder, "cdktf.out"));
});

test("a cdktf project has its own output, for the federation that it names and no other", () => {
  project("cdktf.json", '{ "context": { "federation": "deep/a/federation.yaml" }, "output": "out" }');
  expect(output("deep/a/federation.yaml")).toBe("out");
  expect(output("deep/b/federation.yaml")).toBe("deep/b/cdktf.out");
  expect(output("federation.yaml")).toBe("cdktf.out");
});

test("a project without a word about it means the federation.yaml beside it; a damaged one means nothing", () => {
  project("cdktf.json", '{ "output": "out" }');
  expect([output("federation.yaml"), output("other.yaml"), output("sub/federation.yaml")]).toEqual([
    "out",
    "cdktf.out",
    "sub/cdktf.out",
  ]);
  project("cdktf.json", "{");
  expect(output("federation.yaml")).toBe("cdktf.out");
  expect(outputDirectory(join(repository, "config/federations/demo/federation.yaml"))).toBe(
    join(repository, "cdktf.out"),
  );
});

test("what is told counts more, as cdktf tells it", () => {
  vi.stubEnv("CDKTF_OUTDIR", join(folder, "told"));
  expect(output("federation.yaml")).toBe("told");
  expect(outputDirectory(join(folder, "federation.yaml"), join(folder, "said"))).toBe(join(folder, "said"));
});

test("the same stacks come out from any working directory, and are the ones that targets know without a synth", () => {
  const here = filesBelow(synth(folder));
  const there = filesBelow(synth(folder, [], "cdktf.out", "sites"));
  expect(there).toEqual(here);
  const { federation } = loadFederation(join(folder, "federation.yaml"));
  const stacks = readManifest(join(folder, "cdktf.out")).map((n) => n.name);
  expect(federation && configuredStacks(federation)).toEqual(stacks);
});
