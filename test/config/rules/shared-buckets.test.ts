import { expect, test } from "vitest";
import { kubernetes, load, store, clusterYaml as withDefaults } from "../federation-of";

const clusterYaml = withDefaults.replace("  site: {storageClass: disks}\n", "");
const pod = "lake: {buckets: {pod: {purpose: library, existing: pod, public: true}}}\ndatasets: {}\n";
const bucket = (keys: string) => {
  const site = kubernetes("b", `lake: {buckets: {mine: {existing: pod, ${keys}}}}\n`);
  const sites = { "sites/a.yaml": store("a", pod), "sites/b.yaml": site };
  return { ...sites, "sites/b.yaml": site.replace("https://s3.b.example", "https://s3.example.org") };
};
const faults = (keys: string) => load({ "federation.yaml": clusterYaml, ...bucket(keys) }).faults;

test("another site's library as scratch", () => {
  expect(faults("purpose: scratch, expire: {days: 7}")).toMatchObject([
    {
      code: "shared-buckets",
      file: "sites/b.yaml",
      line: 8,
      path: "lake.buckets.mine.purpose",
      message: "bucket pod of site a is the same one, and library there",
      got: "scratch",
      fix: "say the same at both, or name another bucket",
    },
  ]);
});

test("public at one and not at the other", () => {
  expect(faults("purpose: library")).toMatchObject([
    { message: "bucket pod of site a is the same one, and public there" },
  ]);
});

test("one bucket in the same words, and another of its name at another store", () => {
  expect(faults("purpose: library, public: true")).toEqual([]);
  const site = kubernetes("b", "lake: {buckets: {mine: {existing: pod, purpose: scratch}}}\n");
  expect(
    load({ "federation.yaml": clusterYaml, "sites/a.yaml": store("a", pod), "sites/b.yaml": site }).faults,
  ).toEqual([]);
});
