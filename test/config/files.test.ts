import { chmodSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { loadFederation } from "../../config/load";
import { faultsOf, federationYaml, hpc, load } from "./federation-of";

const sites = (...patterns: string[]) => federationYaml.replace("[sites/*.yaml]", JSON.stringify(patterns));
const a = { "sites/a.yaml": hpc("a", 9000) };
const naming = (...patterns: string[]) => ({ ...a, "federation.yaml": sites(...patterns) });

test("patterns start at the federation's file, and a file that two of them name is read once", () => {
  const loaded = load(naming("sites/a.yaml", "sites/*.yaml", "**/a.yaml"));
  expect(loaded.faults).toEqual([]);
  expect(loaded.files).toEqual(["federation.yaml", "sites/a.yaml"]);
});

test("a pattern that names nothing", () => {
  expect(load(naming("sites/*.yaml", "site/*.yml")).faults).toMatchObject([
    {
      code: "file",
      file: "federation.yaml",
      line: 10,
      col: 24,
      path: "sites[1]",
      message: "no file matches",
      got: "site/*.yml",
      fix: "patterns start at this file's folder",
    },
  ]);
});

test("a pattern that names a directory", () => {
  expect(load(naming("sites")).faults).toMatchObject([
    { path: "sites[0]", message: "this is a directory", fix: "name the files in it: sites/*.yaml" },
  ]);
});

test("a pattern that names the federation's file, which is not read as a site", () => {
  expect(faultsOf(naming("**/*.yaml"))).toEqual([
    "federation.yaml:10:9 file sites[0]: this pattern matches the federation file itself",
  ]);
});

test("an absolute pattern", () => {
  expect(faultsOf(naming("/**/*.yaml", "sites/*.yaml"))).toEqual([
    "federation.yaml:10:9 file sites[0]: an absolute path",
  ]);
});

test("odd patterns name nothing", () => {
  for (const pattern of [
    "\\0",
    "[",
    "{a,b",
    "!(",
    "x".repeat(1000),
    "a\nb",
    "{1..1000000}",
    "!sites/*.yaml",
    "**/**/**/x",
  ])
    expect(faultsOf(naming("sites/*.yaml", pattern)), pattern).toEqual([
      expect.stringContaining("sites[1]: no file matches"),
    ]);
});

test("a pattern of seventy thousand characters is a fault, not an exception of who matches it", () => {
  expect(faultsOf(naming("sites/*.yaml", "x".repeat(70_000)))).toEqual([
    "federation.yaml:10:24 schema sites[1]: too long",
  ]);
});

test("patterns that are no text, or none", () => {
  expect(
    faultsOf({ ...a, "federation.yaml": federationYaml.replace("[sites/*.yaml]", "[5, null, sites/*.yaml]") }),
  ).toEqual([
    "federation.yaml:10:9 schema sites[0]: YAML reads this as a number",
    "federation.yaml:10:12 schema sites[1]: expected text, but nothing stands here",
  ]);
  expect(faultsOf({ ...a, "federation.yaml": federationYaml.replace("[sites/*.yaml]", "[]") })).toEqual([
    "federation.yaml:10:1 schema sites: must not be empty",
  ]);
  expect(faultsOf({ ...a, "federation.yaml": federationYaml.replace("[sites/*.yaml]", "sites/*.yaml") })).toEqual([
    "federation.yaml:10:8 schema sites: expected a list",
  ]);
});

test("links that lead in a circle, or nowhere", () => {
  const circle = (folder: string) => {
    symlinkSync(".", join(folder, "sites", "loop"));
    symlinkSync("b.yaml", join(folder, "sites", "b.yaml"));
    symlinkSync("gone", join(folder, "sites", "c.yaml"));
  };
  expect(load(naming("sites/**/*.yaml"), circle)).toMatchObject({
    faults: [],
    files: ["federation.yaml", "sites/a.yaml"],
  });
  expect(faultsOf(naming("sites/a.yaml", "sites/b.yaml", "sites/c.yaml"), circle)).toEqual([
    "federation.yaml:10:24 file sites[1]: no file matches",
    "federation.yaml:10:39 file sites[2]: no file matches",
  ]);
});

test("a file that may not be read", ({ skip }) => {
  skip(process.getuid?.() === 0, "root reads every file");
  const faults = faultsOf(a, (folder) => chmodSync(join(folder, "sites/a.yaml"), 0));
  expect(faults).toEqual(["sites/a.yaml:1:1 file : you may not read this file"]);
});

test("a federation that is not there, or a directory", () => {
  expect(loadFederation("/nowhere/federation.yaml").faults).toMatchObject([
    {
      code: "file",
      file: "/nowhere/federation.yaml",
      line: 1,
      col: 1,
      message: "no such file",
      fix: "give the federation file as argument or with -f; `isthmus validate --help` shows how",
    },
  ]);
  expect(loadFederation(__dirname).faults).toMatchObject([{ message: "this is a directory, not a file" }]);
  expect(loadFederation(join(__filename, "x")).faults).toMatchObject([{ message: "no such file" }]);
  expect(loadFederation("/dev/null").faults).toMatchObject([{ message: "this is not a regular file" }]);
});

test("a folder whose name looks like a pattern", () => {
  const read: string[] = [];
  load({ "[a]*/federation.yaml": federationYaml, "[a]*/sites/a.yaml": hpc("a", 9000) }, (folder) => {
    read.push(...loadFederation(join(folder, "[a]*", "federation.yaml")).files);
  });
  expect(read.map((f) => basename(f))).toEqual(["federation.yaml", "a.yaml"]);
});
