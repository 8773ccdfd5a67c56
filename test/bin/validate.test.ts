import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { copyOfDemo, repository } from "../stacks/synth-demo";

let folder: string;
beforeEach(() => {
  folder = copyOfDemo();
});
afterEach(() => rmSync(folder, { recursive: true }));

function isthmus(...words: string[]) {
  const program = join(repository, "dist/bin/isthmus.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const record = "catalog/east/hadcm3-e1.json";

test("a damaged record beside the config is a fault at its place", () => {
  writeFileSync(join(folder, record), '{\n  "format": 1,\n  "dataset": "hadcm3-e1"\n  "kind": "zarr"\n}\n');
  const { status, stdout } = isthmus("validate");
  expect(status).toBe(1);
  expect(stdout).toMatch(/^catalog\/east\/hadcm3-e1\.json:4:\d+ {2}not JSON: /);
  expect(stdout).toContain("fix:     restore it from git, or write it anew with `isthmus catalog record`");
});

test("a record of another shape is a fault for each thing that does not fit; the synth says the same", () => {
  writeFileSync(
    join(folder, record),
    '{"format": 1, "dataset": "hadcm3-e1", "kind": "references",\n "object": {"key": "", "bytes": -1}}\n',
  );
  const { status, stdout } = isthmus("validate", "--format", "json");
  expect(status).toBe(1);
  expect(JSON.parse(stdout).faults).toMatchObject([
    { code: "record", file: record, line: 2, col: 33, path: "object.bytes", message: "not a record: out of range" },
  ]);
  const synth = isthmus("synth", "--output", "out");
  expect(synth.status).toBe(1);
  expect(synth.stderr).toContain(`${record}:2:33  object.bytes  not a record: out of range [record]`);
  expect(synth.stderr).not.toMatch(/^ {4}at /m);
});

test("what has expired is a note at its place, and no fault", () => {
  const site =
    "site: old\ninstitution: Old\nprovider: hpc\nlogin: here\nscheduler: { kind: local }\nlisten: { port: 9700 }\n";
  writeFileSync(join(folder, "sites/old.yaml"), `${site}expires: 2020-01-31\n`);
  const text = isthmus("validate");
  expect(text.status).toBe(0);
  expect(text.stdout).toContain("sites/old.yaml:7:10  expires  note: old expired after 2020-01-31: it cannot");
  expect(text.stdout).toContain("demo: valid (4 sites");
  const json = JSON.parse(isthmus("validate", "--format", "json").stdout);
  expect(json).toMatchObject({ faults: [], notes: [{ file: "sites/old.yaml", line: 7, path: "expires" }] });
  expect(isthmus("validate", "--format", "github").stdout).toMatch(/^::notice file=sites\/old\.yaml,line=7,col=10,/);
});
