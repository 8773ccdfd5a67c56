import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadFederation } from "../../../config/load";
import { aws, clusterYaml, eks, faultsOf, google, plain } from "../federation-of";

const folder = mkdtempSync(join(tmpdir(), "isthmus-abroad-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the rules find in the federation across clouds, with texts of a site's file changed. */
function found(site: string, ...changes: readonly (readonly [old: string, then: string])[]): string[] {
  const own = mkdtempSync(join(folder, "crossing-"));
  cpSync(join(__dirname, "../../../config/federations/crossing"), own, { recursive: true });
  const path = join(own, "sites", `${site}.yaml`);
  for (const [old, then] of changes) {
    const text = readFileSync(path, "utf8");
    expect(text).toContain(old);
    writeFileSync(path, text.replace(old, then));
  }
  const { faults } = loadFederation(join(own, "federation.yaml"));
  return faults.map(({ path: where, code, message }) => `${where} ${code}: ${message}`);
}

test("a site on Google Cloud that hubs of other clouds read from says its number", () => {
  expect(found("plains")).toEqual([]);
  expect(found("plains", ['projectNumber: "123456789012" # by which Google knows hubs of other clouds\n', ""])).toEqual(
    [
      "project readers-abroad: hubs of alps, cascadia read what it keeps for them, and Google Cloud knows those by the project's number",
    ],
  );
  expect(found("steppe"), "one that knows nobody needs none").toEqual([]);
});

test("data is not read through a site that it is not for: whose people could be that hub", () => {
  const [fault, ...more] = found("delta", ["access: { sites: [cascadia, plains] }", "access: { sites: [plains] }"]);
  expect(more).toEqual([]);
  expect(fault).toBe(
    "datasets.bathymetry.access readers-abroad: hubs of plains would read it as what they are in cascadia's account, whose people could then read it too, and it is not for them",
  );
  expect(
    found(
      "delta",
      ['"444455556666"', '"111122223333"'],
      ["access: { sites: [cascadia, plains] }", "access: { sites: [plains] }"],
    ),
    "of one account, whose people are the same",
  ).toEqual([]);
});

const top = clusterYaml
  .replace("  site: {storageClass: disks}\n", "")
  .replace("  groups:", "  members: {idps: [one.example]}\n  groups:");
const ids = (count: number) => Array.from({ length: count }, (_, i) => i);

test("an account of AWS knows so many issuers of tokens", () => {
  const lake = aws("a", `datasets: {d: {${plain}, bucket: l, path: p, access: federation}}\n`, "l: {purpose: library}");
  const sites = (count: number) =>
    ids(count).map((i) => {
      const hubs = "homes: {}\nhubs: {prod: {allow: {idps: [one.example]}, dask: none, cull: {idleMinutes: 1440}}}\n";
      const rest = `zones: [us-central1-b]\ndomain: g${i}.example\nbudget: none\ncluster: {pools: {user: {for: user, machines: [n2-highmem-4], maxNodes: 3}}}\n${hubs}`;
      return [`sites/g${i}.yaml`, google(`g${i}`, rest)] as const;
    });
  const faults = (count: number) =>
    faultsOf({ "federation.yaml": top, "sites/a.yaml": lake, ...Object.fromEntries(sites(count)) });
  expect(faults(100)).toEqual([]);
  expect(faults(101)).toEqual([
    "sites/a.yaml:4:10 readers-abroad account: hubs of 101 sites on other clouds would be known in its account, which knows 100 issuers of tokens",
  ]);
}, 60_000);

test("a policy of Google Cloud names so many", () => {
  const all = (count: number) => ids(count).map((i) => `hub-${i}: {allow: {idps: [one.example]}}`);
  const hubs = (count: number) =>
    eks("b", { keys: "tokenIssuer: https://oidc.example/id/B" }).replace(
      "hubs: {prod: {allow: {idps: [one.example]}}}",
      `hubs: {${all(count).join(", ")}}`,
    );
  const data = `datasets: {d: {${plain}, bucket: l, path: p, access: federation}}\n`;
  const lake = google("g", `projectNumber: "123456"\n${data}`, "l: {purpose: library}");
  const faults = (count: number) =>
    faultsOf({ "federation.yaml": top, "sites/g.yaml": lake, "sites/b.yaml": hubs(count) }).filter((fault) =>
      fault.includes("readers-abroad"),
    );
  expect(faults(1400)).toEqual([]);
  expect(faults(1401)).toEqual([
    "sites/g.yaml:6:18 readers-abroad lake.buckets.l: its policy would name 1401 hubs of other sites, more than Google Cloud takes",
  ]);
}, 60_000);
