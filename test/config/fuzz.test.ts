import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { faultFormats } from "../../config/faults";
import { loadFederation } from "../../config/load";
import { siteFile } from "../../config/schema/as-written";
import { federation } from "../../config/schema/federation";
import { unwritten } from "../fuzz/coverage";
import { examples } from "../fuzz/examples";
import { Folder } from "../fuzz/folder";
import { mutated, mutatedFiles } from "../fuzz/mutation";

const repository = join(__dirname, "../..");
const folders = new Map(examples.map((example) => [example.name, new Folder(example)]));
afterAll(() => {
  for (const folder of folders.values()) folder.remove();
});

function folderOf(name: string): Folder {
  const folder = folders.get(name);
  if (!folder) throw new Error(`no example ${name}`);
  return folder;
}

test("the examples hold every key and every alternative of the schema", () => {
  const files = examples.flatMap((example) => [...example.files]);
  const data = (name: RegExp) => files.filter(([path]) => name.test(path)).map(([, bytes]) => parse(`${bytes}`));
  expect(unwritten(federation, data(/^federation\.yaml$/), "federation")).toEqual([]);
  expect(unwritten(siteFile(), data(/^sites\//), "site")).toEqual([]);
});

test("the examples are valid, but for data that nobody may read yet", () => {
  for (const { name } of examples) {
    const codes = new Set(loadFederation(folderOf(name).federation).faults.map((fault) => fault.code));
    expect([...codes], name).toEqual(name === "closed" ? ["readable", "bucket-audience"] : []);
  }
});

// Always the same ones, so that a run fails by what was changed since the last; `npm run fuzz` looks for new ones.
test("2,500 mutations: no crash, every fault of use, whatever is accepted is synthesized and holds", () => {
  const program = join(repository, "dist/test/fuzz/run.js");
  const run = spawnSync(process.execPath, [program, "--seed", "1", "--runs", "2500"], { encoding: "utf8" });
  expect(run.stderr).toBe("");
  const last = run.stdout.trimEnd().split("\n").at(-1) ?? "";
  const [, done, refused, accepted, synthesized] =
    /^fuzz: (\d+) of 2500 .*: (\d+) refused, (\d+) accepted, (\d+) of them new/.exec(last)?.map(Number) ?? [];
  expect(done).toBe(2500);
  expect((refused ?? 0) + (accepted ?? 0)).toBe(2500);
  expect(accepted).toBeGreaterThan(200);
  expect(synthesized).toBeGreaterThan(40); // of those without a cluster
}, 1_800_000);

interface Printed {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function validate(file: string, format: string): Promise<Printed> {
  const child = spawn(process.execPath, [
    join(repository, "dist/bin/isthmus.js"),
    "validate",
    file,
    "--format",
    format,
  ]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  return new Promise((done) => child.once("close", (status) => done({ status, stdout, stderr })));
}

const annotation =
  /^::(?:error|notice) file=[^\s,:%]+(?:%[0-9A-F]{2}[^\s,:%]*)*,line=\d+,col=\d+,title=[^,:\n]*::[^\n]+$/;

test("the command prints a dozen of them, a third in each format, without a stack trace", async () => {
  const sample = fc.sample(fc.oneof(...examples.map(mutated)), { seed: 2, numRuns: 12 });
  for (const [i, mutation] of sample.entries()) {
    const format = faultFormats[i % 3] ?? "text";
    const example = examples.find(({ name }) => name === mutation.example);
    const folder = folderOf(mutation.example);
    folder.hold(mutatedFiles(example ?? { name: "", files: new Map() }, mutation));
    const valid = loadFederation(folder.federation).faults.length === 0;
    const { status, stdout, stderr } = await validate(folder.federation, format);
    const what = `${format}: ${JSON.stringify(mutation)}\n${stdout}${stderr}`;
    expect(status, what).toBe(valid ? 0 : 1);
    expect(stdout + stderr, what).not.toMatch(/^ {4}at |(?!\n)\p{Cc}/mu);
    if (format === "text") expect(stderr, what).toMatch(valid ? /^$/ : /^\d+ faults? in \d+ of \d+ files?\n$/);
    else expect(stderr, what).toBe("");
    if (format === "json") expect(JSON.parse(stdout).faults.length > 0, what).toBe(!valid);
    if (format === "github") for (const line of stdout.split("\n").filter(Boolean)) expect(line).toMatch(annotation);
  }
}, 600_000);
