import { expect, test } from "vitest";
import { aws, federationYaml, google, load } from "./federation-of";

const states = (top: string, sites: Readonly<Record<string, string>>) =>
  load({ "federation.yaml": `${federationYaml}${top}`, ...sites }).federation?.states;

test("a site's own state in Google Cloud is made where the site is, unless it says otherwise", () => {
  const found = states("state: {kind: gcs, bucket: fed-state}\n", {
    "sites/a.yaml": google("a-a-a", "state: {kind: gcs, bucket: a-state}\n", "data: {purpose: library}"),
    "sites/b.yaml": google(
      "b",
      "state: {kind: gcs, bucket: b-state, region: eu, project: b-admin}\n",
      "data: {purpose: library}",
    ),
    "sites/c.yaml": google("c", "", "data: {purpose: library}"),
    "sites/d.yaml": aws("d", "state: {kind: gcs, bucket: d-state}\n", "data: {purpose: library}"),
  });
  expect(found).toMatchObject({
    "a-a-a": { bucket: "a-state", region: "us-central1", anyRegion: true, project: "a-a-a-project" },
    b: { bucket: "b-state", region: "eu", anyRegion: false, project: "b-admin" },
    c: { bucket: "fed-state", region: "us", anyRegion: true, project: null },
    d: { bucket: "d-state", region: "us", anyRegion: true, project: null },
  });
});

test("sites of one federation may keep their state in files, in S3 and in Google Cloud Storage", () => {
  const found = states("", {
    "sites/a.yaml": google("a", "state: {kind: gcs, bucket: a-state, prefix: open}\n", "data: {purpose: library}"),
    "sites/b.yaml": aws("b", "state: {kind: s3, bucket: b-state, region: us-west-2}\n", "data: {purpose: library}"),
    "sites/c.yaml": google("c", "", "data: {purpose: library}"),
  });
  expect(found).toMatchObject({ a: { kind: "gcs", root: "open/fed" }, b: { kind: "s3" }, c: { kind: "local" } });
});
