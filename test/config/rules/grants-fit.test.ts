import { expect, test } from "vitest";
import { aws, clusterYaml, eks, faultsOf, plain } from "../federation-of";

const top = clusterYaml
  .replace("  site: {storageClass: disks}\n", "")
  .replace("  groups:", "  members: {idps: [one.example]}\n  groups:");
const many = (count: number, make: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join(", ");

/** A lake of so many libraries that the federation's hubs read. */
function lake(count: number): string {
  const datasets = many(count, (i) => `d${i}: {${plain}, bucket: b${i}, path: p, access: federation}`);
  return aws(
    "a",
    `datasets: {${datasets}}\n`,
    many(count, (i) => `b${i}: {purpose: library}`),
  ).replace('"111122223333"', '"444455556666"');
}

test("a hub that reads more buckets of other sites than its role's policies can name", () => {
  const found = (count: number) =>
    faultsOf({ "federation.yaml": top, "sites/a.yaml": lake(count), "sites/b.yaml": eks("b") });
  expect(found(100)).toEqual([]);
  expect(found(200)).toEqual([
    "sites/b.yaml:14:8 grants-fit hubs.prod: its role would name 200 buckets of other sites, more than a role's policies hold",
  ]);
});

test("a bucket that more hubs of other accounts read than its policy can name", () => {
  const hubs = (count: number) => {
    const all = many(count, (i) => `hub-${i}: {allow: {idps: [one.example]}}`);
    return eks("b").replace("hubs: {prod: {allow: {idps: [one.example]}}}", `hubs: {${all}}`);
  };
  const found = (count: number) =>
    faultsOf({ "federation.yaml": top, "sites/a.yaml": lake(1), "sites/b.yaml": hubs(count) }).filter((fault) =>
      fault.includes("grants-fit"),
    );
  expect(found(300)).toEqual([]);
  expect(found(500)).toEqual([
    "sites/a.yaml:6:18 grants-fit lake.buckets.b0: its policy would name 500 hubs of other accounts, more than a bucket's policy holds",
  ]);
});
