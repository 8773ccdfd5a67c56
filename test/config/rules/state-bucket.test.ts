import { expect, test } from "vitest";
import { aws, faultsOf, federationYaml, store } from "../federation-of";

const lake = aws("a", "", "data: {purpose: library}");
const top = (bucket: string, more = "") =>
  `${federationYaml}state: {kind: s3, bucket: ${bucket}, region: us-west-2${more}}\n`;

test("the federation's state in a lake's bucket", () => {
  expect(faultsOf({ "federation.yaml": top("fed-a-data"), "sites/a.yaml": lake })).toEqual([
    "federation.yaml:11:27 state-bucket state.bucket: this is bucket data of site a",
  ]);
  expect(faultsOf({ "federation.yaml": top("fed-state"), "sites/a.yaml": lake })).toEqual([]);
});

test("a site's own state in a bucket of another's", () => {
  const own = aws("b", "state: {kind: s3, bucket: fed-a-data, region: eu-west-1}\n", "data: {purpose: library}");
  expect(faultsOf({ "sites/a.yaml": lake, "sites/b.yaml": own })).toEqual([
    "sites/b.yaml:7:27 state-bucket state.bucket: this is bucket data of site a",
  ]);
});

test("the same name in another store is another bucket", () => {
  const data = "lake: {buckets: {all: {purpose: library, existing: shared, public: true}}}\n";
  const dataset = "datasets: {d: {title: D, bucket: all, path: d, kind: zarr, license: CC0-1.0}}\n";
  const files = { "sites/s.yaml": store("s", `${data}${dataset}`) };
  const there = ", endpoint: https://s3.example.org";
  expect(faultsOf({ "federation.yaml": top("shared", there), ...files })).toEqual([
    "federation.yaml:11:27 state-bucket state.bucket: this is bucket all of site s",
  ]);
  expect(faultsOf({ "federation.yaml": top("shared"), ...files })).toEqual([]);
  expect(faultsOf({ "federation.yaml": top("shared", ", endpoint: https://s3.other.org"), ...files })).toEqual([]);
});

test("in Google's store, by whatever address of it", () => {
  const data = "lake: {buckets: {all: {purpose: library, existing: shared, public: true}}}\n";
  const dataset = "datasets: {d: {title: D, bucket: all, path: d, kind: zarr, license: CC0-1.0}}\n";
  const own = store("s", `${data}${dataset}`);
  const google = own.replace(/endpoint: .*/, "endpoint: https://storage.googleapis.com");
  expect(google).not.toBe(own);
  const gcs = (bucket: string, more = "") => `${federationYaml}state: {kind: gcs, bucket: ${bucket}${more}}\n`;
  const said = ["federation.yaml:11:28 state-bucket state.bucket: this is bucket all of site s"];
  const found = (top: string, site: string) => faultsOf({ "federation.yaml": top, "sites/s.yaml": site });
  expect(found(gcs("shared"), google)).toEqual(said);
  expect(found(gcs("shared", ", endpoint: https://storage-ours.p.googleapis.com"), google)).toEqual(said);
  expect(found(gcs("shared", ", endpoint: http://127.0.0.1:4443"), google)).toEqual([]);
  expect(found(gcs("shared"), own)).toEqual([]);
  expect(found(gcs("fed-state"), google)).toEqual([]);
});
