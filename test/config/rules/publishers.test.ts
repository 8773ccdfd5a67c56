import { expect, test } from "vitest";
import { hpc, hubOf, load, ofHub, plain } from "../federation-of";

const files = (publishers: string) => ({
  "sites/a.yaml": hpc(
    "a",
    9000,
    `lake: {buckets: {l: {purpose: library, public: true}}}\ndatasets: {d: {${plain}, bucket: l, path: p, publishers: ${publishers}}}\nhubs: {prod: {ports: 9010}, staging: {ports: 9020}}\n`,
  ),
  "sites/b.yaml": hpc("b", 9100, "hubs: {other: {ports: 9110}}\n"),
});

test("a hub that the site has not", () => {
  expect(load(files("[prdo]")).faults).toMatchObject([
    {
      code: "publishers",
      line: 8,
      path: "datasets.d.publishers[0]",
      message: "the site has no such hub",
      got: "prdo",
      allowed: "prod, staging",
      fix: 'did you mean "prod"?',
    },
  ]);
  expect(load(files("[prod, other]")).faults).toMatchObject([
    { path: "datasets.d.publishers[1]", fix: "name a hub of this site" },
  ]);
});

test("a hub twice", () => {
  expect(load(files("[prod, prod]")).faults).toMatchObject([
    { path: "datasets.d.publishers[1]", message: "this hub is named twice" },
  ]);
});

test("a hub of the site", () => {
  expect(hubOf(files("[prod]"), "a", "prod").publishes).toEqual(["d"]);
  expect(hubOf(files("[prod]"), "a", "staging").publishes).toEqual([]);
});

test("at a site on Kubernetes", () => {
  const data = (hub: string) =>
    `lake: {buckets: {lib: {purpose: library, existing: lib-b, public: true}}}\ndatasets: {sst: {${plain}, bucket: lib, path: sst, publishers: [${hub}]}}\n`;
  expect(ofHub("", undefined, data("pord"))).toMatchObject([
    { code: "publishers", path: "datasets.sst.publishers[0]", fix: 'did you mean "prod"?' },
  ]);
  expect(ofHub("", undefined, data("prod"))).toEqual([]);
});
