import { expect, test } from "vitest";
import type { ResolvedFederation } from "../../../config/resolve/federation";
import type { Access } from "../../../config/resolve/lake";
import { readable } from "../../../config/rules/readable";
import { aws, clusterYaml, eks, faultsOf, google, hpc, kubernetes, load, mainHome, plain } from "../federation-of";

const site = (access: string, isPublic: boolean) =>
  hpc(
    "a",
    9000,
    `lake: {buckets: {l: {purpose: library, public: ${isPublic}}}}\ndatasets: {d: {${plain}, bucket: l, path: p, access: ${access}}}\nhubs: {prod: {ports: 9010}}\n`,
  );

test("what is for some, where everybody signs in with a shared password", () => {
  expect(faultsOf({ "sites/a.yaml": site("{sites: [a]}", false) })).toEqual([
    "sites/a.yaml:8:76 readable datasets.d.access: nobody could read this dataset: no hub that it is for signs people in through the federation",
  ]);
  expect(faultsOf({ "sites/a.yaml": site("public", true) })).toEqual([]);
});

test("a site with faults of its own may have the hub", () => {
  const faults = faultsOf({
    "sites/a.yaml": site("{sites: [a, b]}", false),
    "sites/b.yaml": hpc("b", 9100, "oops: 1\n"),
  });
  expect(faults).toEqual(['sites/b.yaml:7:1 schema oops: unknown key "oops"']);
});

test("a hub that signs people in through the federation, at a site that the dataset is for", () => {
  const { federation } = load({ "sites/a.yaml": site("public", true) });
  const withAccess = (access: Access): ResolvedFederation => {
    const changed = structuredClone(federation) as ResolvedFederation;
    for (const s of changed.sites) {
      for (const dataset of s.datasets) dataset.access = access;
      if (s.provider === "hpc") for (const hub of s.hubs) Object.assign(hub.auth, { kind: "federation" });
    }
    return changed;
  };
  const found = (access: Access) =>
    readable.check(withAccess(access), { faultySites: [], directory: "/", told: () => true });
  expect(found({ sites: ["a"] })).toEqual([]);
  expect(found("federation")).toEqual([]);
  expect(found({ groups: ["g"], sites: ["b"] })).toEqual([]);
  expect(found({ sites: ["b"] })).toHaveLength(1);
});

test("a bucket of AWS is read by roles, which no hub elsewhere has", () => {
  const lake = aws(
    "lake",
    `datasets: {d: {${plain}, bucket: l, path: p, access: {sites: [a]}}}\n`,
    "l: {purpose: library}",
  );
  const hub = kubernetes("a", `${mainHome}hubs: {prod: {}}\n`);
  const files = {
    "federation.yaml": clusterYaml.replace("  site: {storageClass: disks}\n", ""),
    "sites/lake.yaml": lake,
  };
  const withHub = { ...files, "sites/a.yaml": hub.replace("size: 100Gi", "storageClass: disks, size: 100Gi") };
  expect(faultsOf(withHub)).toEqual([
    expect.stringContaining("sites/lake.yaml:7:76 readable datasets.d.access: nobody"),
  ]);
});

/** A lake on AWS whose one dataset has this access, beside a hub on AWS (b) and one on Kubernetes (c). */
function across(access: string): string[] {
  const top = clusterYaml
    .replace("  site: {storageClass: disks}\n", "")
    .replace("  groups:", "  members: {idps: [one.example]}\n  groups:");
  return faultsOf({
    "federation.yaml": top,
    "sites/a.yaml": aws(
      "a",
      `datasets: {d: {${plain}, bucket: l, path: p, access: ${access}}}\n`,
      "l: {purpose: library}",
    ),
    "sites/b.yaml": eks("b"),
    "sites/c.yaml": kubernetes("c", `${mainHome}hubs: {prod: {}}\n`).replace(
      "size: 100Gi",
      "storageClass: d, size: 100Gi",
    ),
  });
}

test("hubs of other sites on AWS are let in; one elsewhere that is named could never be", () => {
  for (const access of ["federation", "{sites: [b]}", "{sites: [a, b]}", "{groups: [snow]}"])
    expect(across(access), access).toEqual([]);
  expect(across("{sites: [b, c]}")).toEqual([
    "sites/a.yaml:7:96 readable datasets.d.access.sites[1]: hubs of c could not read it: a bucket of AWS is opened to roles in AWS, which only hubs on AWS and Google Cloud have",
  ]);
  expect(across("{sites: [c]}")).toEqual([expect.stringContaining("nobody could read this dataset")]);
});

/** A library on Google Cloud whose one dataset has this access, beside a hub on AWS. */
function intoGoogle(access: string, { bucket = "", keys = "" } = {}): string[] {
  const dataset = `datasets: {d: {${plain}, bucket: l, path: p, access: ${access}}}\n`;
  return faultsOf({
    "federation.yaml": clusterYaml.replace("  site: {storageClass: disks}\n", ""),
    "sites/b.yaml": eks("b", { keys }),
    "sites/g.yaml": google("g", `projectNumber: "123456"\n${dataset}`, `l: {purpose: library${bucket}}`),
  });
}

test("a hub on AWS reads a bucket of Google Cloud once it is known who issues its tokens, and never at its own cost", () => {
  const keys = "tokenIssuer: https://oidc.example/id/B";
  expect(intoGoogle("{sites: [b]}", { keys })).toEqual([]);
  expect(intoGoogle("{sites: [b, g]}")).toEqual([expect.stringContaining("nobody could read this dataset")]);
  expect(intoGoogle("{sites: [b]}", { keys, bucket: ", requesterPays: true" })).toEqual([
    expect.stringContaining("nobody could read this dataset"),
  ]);
});

test("a store of a site on Kubernetes is opened by its keys, which other sites do not have", () => {
  const owner = (access: string) =>
    kubernetes(
      "c",
      `${mainHome.replace("size", "storageClass: d, size")}lake: {buckets: {l: {purpose: library, existing: c-l}}}
datasets: {d: {${plain}, bucket: l, path: p, access: ${access}}}
hubs: {prod: {}}
`,
    );
  const found = (access: string) =>
    faultsOf({
      "federation.yaml": clusterYaml.replace("  site: {storageClass: disks}\n", ""),
      "sites/b.yaml": eks("b"),
      "sites/c.yaml": owner(access),
    });
  expect(found("{sites: [c]}")).toEqual([]);
  expect(found("{sites: [c, b]}")).toEqual([
    expect.stringMatching(/access\.sites\[1\]: hubs of b could not read it: the keys of its store stay at its site$/),
  ]);
  expect(found("{sites: [b]}")).toEqual([expect.stringContaining("nobody could read this dataset")]);
});
