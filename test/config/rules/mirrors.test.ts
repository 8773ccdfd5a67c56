import { expect, test } from "vitest";
import { aws, faultsOf, hpc, plain } from "../federation-of";

const source = "l: {purpose: library, public: true}";
const data = (mirrors: string, more = "") =>
  `datasets: {d: {${plain}, bucket: l, path: data/d${more}, mirrors: {${mirrors}}}}\n`;

/** Faults of site a with a dataset that is mirrored, beside site b. */
function found(
  mirrors: string,
  { own = source, there = "c: {purpose: library, public: true}", more = "", rest = "" } = {},
) {
  const faults = faultsOf({
    "sites/a.yaml": aws("a", data(mirrors, more), own),
    "sites/b.yaml": aws("b", rest, there),
    "sites/h.yaml": hpc("h", 9000),
  });
  return faults.map((fault) => fault.replace(/^\S+ /, ""));
}

test("a public dataset into a public library of another site, of any account", () => {
  expect(found("b: {bucket: c}")).toEqual([]);
});

test("a site that is not there, itself, or not on AWS", () => {
  expect(found("bb: {bucket: c}")).toEqual(["mirrors datasets.d.mirrors.bb: the federation has no such site"]);
  expect(found("a: {bucket: l}")).toEqual(["mirrors datasets.d.mirrors.a: this is the dataset's own site"]);
  expect(found("h: {bucket: c}")).toEqual([
    "mirrors datasets.d.mirrors.h: S3 copies to buckets of AWS only, and this version copies nothing to a site of provider hpc",
  ]);
});

test("a site whose file has faults may have the bucket", () => {
  const files = { "sites/a.yaml": aws("a", data("b: {bucket: c}"), source), "sites/b.yaml": aws("b", "oops: 1\n") };
  expect(faultsOf(files)).toEqual(['sites/b.yaml:7:1 schema oops: unknown key "oops"']);
});

test("a bucket that is not there, or does not fit", () => {
  const at = "mirrors datasets.d.mirrors.b.bucket:";
  expect(found("b: {bucket: cc}")).toEqual([`${at} site b has no such bucket`]);
  const closed = "c: {purpose: library}, s: {purpose: scratch}";
  expect(found("b: {bucket: c}", { there: closed })).toEqual([`${at} bucket c of b is no public library`]);
  expect(found("b: {bucket: s}", { there: closed })).toEqual([`${at} bucket s of b is no public library`]);
  const none = "c: {purpose: library, public: true, keepVersionsDays: none}";
  expect(found("b: {bucket: c}", { there: none })).toEqual([
    `${at} bucket c of b keeps no versions, without which S3 copies nothing`,
  ]);
  const existing = "c: {purpose: library, public: true, existing: theirs}";
  expect(found("b: {bucket: c}", { there: existing })).toEqual([
    `${at} bucket c of b exists, and nothing of it is changed`,
  ]);
});

test("what cannot be copied from where it is", () => {
  const own = "l: {purpose: library, public: true, keepVersionsDays: none}";
  expect(found("b: {bucket: c}", { own })).toEqual([
    "mirrors datasets.d.mirrors: its bucket l keeps no versions, without which S3 copies nothing",
  ]);
  const closed = found("b: {bucket: c}", { own: "l: {purpose: library}", more: ", access: {sites: [a]}" });
  expect(closed).toContain(
    "mirrors datasets.d.mirrors: only public datasets are mirrored: who else may read one is said for its own site",
  );
});

test("a copy in the way of a dataset, or of another copy", () => {
  const rest = `datasets: {e: {${plain}, bucket: c, path: data}}\n`;
  expect(found("b: {bucket: c}", { rest })).toEqual([
    "mirrors datasets.d.mirrors.b.bucket: its copy would overlap there with data, the path of dataset e",
  ]);
  const third = aws("t", `datasets: {f: {${plain}, bucket: l, path: data/d/f, mirrors: {b: {bucket: c}}}}\n`, source);
  const faults = faultsOf({
    "sites/a.yaml": aws("a", data("b: {bucket: c}"), source),
    "sites/b.yaml": aws("b", "", "c: {purpose: library, public: true}"),
    "sites/t.yaml": third,
  });
  expect(faults).toEqual([
    expect.stringContaining("overlap there with data/d/f, the path of dataset f"),
    expect.stringContaining("overlap there with data/d, the path of dataset d"),
  ]);
});

test("an Icechunk repository where objects turn cold by age", () => {
  const there = "c: {purpose: library, public: true, coldAfterDays: 90}";
  expect(found("b: {bucket: c}", { there })).toEqual([]);
  const ice = data("b: {bucket: c}").replace("kind: zarr", "kind: icechunk");
  const faults = faultsOf({ "sites/a.yaml": aws("a", ice, source), "sites/b.yaml": aws("b", "", there) });
  expect(faults).toEqual([
    expect.stringContaining("mirrors datasets.d.mirrors.b.bucket: objects there turn cold by age"),
  ]);
});
