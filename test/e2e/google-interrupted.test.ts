import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startIsthmus, writeOverrides } from "../aws/isthmus";
import { type GoogleEngine, googleEngine } from "../google/engine";
import { FakeGcs } from "../google/fake-gcs";

// What an engine that was killed has made without noting it: buckets are there as its request made them, at a local API of Cloud Storage.

const project = "moor-data-4711";
const federation = `format: 1
federation: heath
title: Heath
contact: ops@heath.example
sites: [moor.yaml]
`;
const site = `site: moor
institution: Moor Institute
provider: google
project: ${project}
region: europe-west4
lake: { buckets: { library: { purpose: library }, scratch: { purpose: scratch } } }
`;

let folder: string;
let engine: GoogleEngine | string;
let gcs: FakeGcs;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-google-interrupted-"));
  engine = await googleEngine(folder);
  if (typeof engine === "string") return;
  gcs = await FakeGcs.start();
  writeFileSync(join(folder, "federation.yaml"), federation);
  writeFileSync(join(folder, "moor.yaml"), site);
  const local = { access_token: `token-of-${project}`, storage_custom_endpoint: `${gcs.url}/storage/v1/` };
  writeOverrides(folder, ["moor-lake"], {
    terraform: { required_providers: { google: { source: "hashicorp/google", version: engine.version } } },
    provider: { google: [local] },
  });
}, 180_000);
afterAll(async () => {
  await gcs?.stop();
  rmSync(folder, { recursive: true });
});

const isthmus = (...args: string[]) => startIsthmus(engine as GoogleEngine, folder, {}, args).ended;

/** Makes a bucket as an apply's request does. */
async function made(id: string, labels: object): Promise<void> {
  const headers = { authorization: `Bearer token-of-${project}` };
  const body = JSON.stringify({ name: `heath-moor-${id}`, location: "EUROPE-WEST4", labels });
  const answer = await fetch(`${gcs.url}/storage/v1/b?project=${project}`, { method: "POST", headers, body });
  expect(answer.status).toBe(200);
}

const removed = (id: string) =>
  fetch(`${gcs.url}/storage/v1/b/heath-moor-${id}`, {
    method: "DELETE",
    headers: { authorization: `Bearer token-of-${project}` },
  });

test("a bucket of somebody else's in the project is left as it is, and told", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  await made("library", { owner: "finance" });
  const { status, text } = await isthmus("up", "moor-lake", "--yes");
  expect(status, text).toBe(3);
  expect(text).toContain("bear no labels of this site (managed-by, federation, site)");
  expect(gcs.buckets.metadata("heath-moor-library")).toMatchObject({
    labels: { owner: "finance" },
    metageneration: "1",
  });
  await removed("library");
});

test("a bucket of this site's that no state tells of is taken over, and made what the config says", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  await made("library", { "managed-by": "isthmus", federation: "heath", site: "moor" });
  const { status, text } = await isthmus("up", "moor-lake", "--yes");
  expect(status, text).toBe(0);
  expect(text).toContain("heath-moor-library is there already, and this site's: taken over");
  expect(gcs.buckets.metadata("heath-moor-library")).toMatchObject({
    labels: { bucket: "library", purpose: "library", site: "moor" },
    versioning: { enabled: true },
  });
  const again = await isthmus("up", "moor-lake");
  expect(again.text).toContain("1 unchanged");
});
