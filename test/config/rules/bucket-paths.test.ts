import { join } from "node:path";
import { expect, test } from "vitest";
import { bucketPaths } from "../../../config/rules/bucket-paths";
import { faultsOf, hpc, load } from "../federation-of";

const site = (id: string, port: number, buckets: string, root = "") =>
  hpc(id, port, `lake: {buckets: {${buckets}}}\n${root ? `storage: {root: ${root}}\n` : ""}`);
const buckets = (value: string, root = "") => faultsOf({ "sites/a.yaml": site("a", 9000, value, root) });

test("a bucket in another, or the same directory", () => {
  expect(buckets("x: {purpose: scratch, path: /data/lake}, l: {purpose: library, path: /data/lake/public}")).toEqual([
    "sites/a.yaml:7:87 bucket-paths lake.buckets.l.path: this directory is, holds or lies in bucket x of site a",
  ]);
  expect(buckets("x: {purpose: scratch, path: /data/a/../b}, l: {purpose: library, path: /data/b/}")).toHaveLength(1);
  expect(buckets("x: {purpose: scratch, path: /data/lake}, l: {purpose: library, path: /data/lake2}")).toEqual([]);
});

test("a bucket around or in a site's root, or the engine's state", () => {
  for (const path of [".", "/", ".isthmus", ".isthmus/fed/a/buckets/x"])
    expect(buckets(`x: {purpose: scratch, path: ${path}}`), path).toHaveLength(1);
  expect(buckets("x: {purpose: scratch, path: /srv/site/home}", "/srv/site")).toEqual([
    "sites/a.yaml:7:46 bucket-paths lake.buckets.x.path: this directory is, holds or lies in the root of site a",
  ]);
  expect(buckets("x: {purpose: scratch, path: state/fed}")).toEqual([
    "sites/a.yaml:7:46 bucket-paths lake.buckets.x.path: this directory is, holds or lies in the engine's state (state/ beside the federation file)",
  ]);
  expect(buckets("x: {purpose: scratch, path: data}", "/srv/site")).toEqual([]);
});

test("databases in a directory of their own, and in one that holds something else", () => {
  const state = (path: string, rest = "x: {purpose: scratch, path: /data/lake}") =>
    buckets(rest, `/srv/site, state: ${path}`);
  expect(state("/var/lib/site")).toEqual([]);
  expect(state("/srv/site/state")).toEqual([
    expect.stringContaining("storage.state: this directory is, holds or lies in the root of site a"),
  ]);
  expect(state("/data")).toEqual([
    expect.stringContaining("lake.buckets.x.path: this directory is, holds or lies in the databases of site a"),
  ]);
});

test("roots of two sites", () => {
  const roots = (a: string, b: string) =>
    faultsOf({ "sites/a.yaml": site("a", 9000, "", a), "sites/b.yaml": site("b", 9100, "", b) });
  expect(roots("/srv/sites", "/srv/sites/b")).toEqual([
    "sites/b.yaml:8:17 bucket-paths storage.root: this directory is, holds or lies in the root of site a",
  ]);
  expect(roots("/srv/sites/a", "/srv/sites/b")).toEqual([]);
});

test("one directory that two sites found there", () => {
  const shared = "x: {purpose: library, public: true, existing: pod, path: /data/pod}";
  const other = (bucket: string) =>
    faultsOf({ "sites/a.yaml": site("a", 9000, shared), "sites/b.yaml": site("b", 9100, bucket) });
  expect(other(shared)).toEqual([]);
  expect(other("x: {purpose: scratch, path: /data/pod}")).toHaveLength(1);
});

test("a relative and an absolute spelling of one directory", () => {
  const { federation } = load({
    "sites/a.yaml": site("a", 9000, "x: {purpose: scratch, path: data}, l: {purpose: library, path: /home/u/data}"),
  });
  if (!federation) throw new Error("valid where the folder is another");
  const check = (directory: string) => bucketPaths.check(federation, { faultySites: [], directory, told: () => true });
  expect(check("/home/u")).toHaveLength(1);
  expect(check(join("/home", "v"))).toEqual([]);
});
