import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { StackFolder } from "../aws/stack-folder";
import { type GoogleEngine, googleEngine } from "../google/engine";
import { FakeGcs } from "../google/fake-gcs";
import { type Resource, resourcesOf, stacksOfExample } from "../stacks/synth-example";

// Buckets of a lake, and who reads them, as the real provider makes them at a local API of Cloud Storage. Keys, services and
// accounts are other APIs', of which none is at hand.

const project = "prairie-archive";

let folder: string;
let engine: GoogleEngine | string;
let gcs: FakeGcs;
let lake: StackFolder;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-google-lake-"));
  engine = await googleEngine(folder);
  if (typeof engine === "string") return;
  gcs = await FakeGcs.start();
  lake = new StackFolder(engine, join(folder, "lake"));
  lake.write("cdk.tf.json", buckets(engine.version));
  await lake.must("init", "-input=false");
}, 180_000);
afterAll(async () => {
  await gcs?.stop();
  rmSync(folder, { recursive: true });
});

/** Whoever is no account of the project's: those are other APIs'. */
const outside = /^(?:allUsers$|group:)/;

/** What of the example's lake is Cloud Storage's own, with a key of Google's in place of the site's. */
function buckets(version: string): object {
  const stacks = stacksOfExample(folder, "google", "prairie", [["kind: kms", "kind: google"]]);
  const own = (type: string, keep: (one: Resource) => boolean = () => true) =>
    Object.fromEntries(Object.entries(resourcesOf(stacks, "prairie-lake", type)).filter(([, one]) => keep(one)));
  const { locals, provider } = JSON.parse(stacks.get("prairie-lake") ?? "") as {
    locals: object;
    provider: { google: [object] };
  };
  const local = { access_token: `token-of-${project}`, storage_custom_endpoint: `${gcs.url}/storage/v1/` };
  return {
    terraform: { required_providers: { google: { source: "hashicorp/google", version } } },
    provider: { google: [{ ...provider.google[0], ...local }] },
    locals,
    resource: {
      google_storage_bucket: own("google_storage_bucket"),
      google_storage_bucket_iam_member: own("google_storage_bucket_iam_member", ({ member }) =>
        outside.test(`${member}`),
      ),
    },
  };
}

const ids = ["drafts", "ice", "library", "persistent", "scratch"];
const bucketOf = (id: string) => gcs.buckets.metadata(`pangeo-prairie-${id}`);

/** A second plan is empty. */
async function unchanged(): Promise<void> {
  const again = await lake.run("plan", "-input=false", "-no-color", "-detailed-exitcode");
  expect(again, again.text).toMatchObject({ status: 0 });
}

test("the buckets are made as they are told, and a second plan is empty", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  await lake.must("apply", "-auto-approve", "-input=false");
  await unchanged();
  for (const id of ids) {
    const labels = {
      "managed-by": "isthmus",
      federation: "pangeo",
      site: "prairie",
      "cost-centre": "4711",
      bucket: id,
    };
    expect(bucketOf(id), id).toMatchObject({
      location: "EUROPE-WEST4",
      labels,
      iamConfiguration: {
        uniformBucketLevelAccess: { enabled: true },
        publicAccessPrevention: id === "ice" || id === "library" ? "inherited" : "enforced",
      },
    });
  }
  expect(bucketOf("persistent")).toMatchObject({
    autoclass: { enabled: true, terminalStorageClass: "NEARLINE" },
    softDeletePolicy: { retentionDurationSeconds: String(14 * 86_400) },
  });
  expect(bucketOf("drafts")).toMatchObject({ billing: { requesterPays: true }, versioning: { enabled: true } });
  expect(bucketOf("library")).toMatchObject({
    logging: { logBucket: "pangeo-prairie-persistent", logObjectPrefix: "_usage/pangeo-prairie-library/log" },
    cors: [{ origin: ["*"], method: ["GET", "HEAD"], maxAgeSeconds: 86_400 }],
    lifecycle: {
      rule: expect.arrayContaining([
        { action: { type: "Delete" }, condition: expect.objectContaining({ daysSinceNoncurrentTime: 14 }) },
      ]),
    },
  });
});

test("anybody reads and lists what is public, Google writes logs of its use, and nobody else is let in by name", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  const public_ = [{ role: "roles/storage.objectViewer", members: ["allUsers"] }];
  const told = Object.fromEntries(ids.map((id) => [id, gcs.buckets.policy(`pangeo-prairie-${id}`)]));
  const logs = [{ role: "roles/storage.objectCreator", members: ["group:cloud-storage-analytics@google.com"] }];
  expect(told).toEqual({ drafts: [], ice: public_, library: public_, persistent: logs, scratch: [] });
});

test("what a hand changed is seen, and put right", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const path = `${gcs.url}/storage/v1/b/pangeo-prairie-drafts`;
  const open = { iamConfiguration: { publicAccessPrevention: "inherited" }, billing: { requesterPays: false } };
  const headers = { authorization: `Bearer token-of-${project}` };
  await fetch(path, { method: "PATCH", headers, body: JSON.stringify(open) });
  const plan = await lake.run("plan", "-input=false", "-no-color", "-detailed-exitcode");
  expect(plan).toMatchObject({ status: 2, text: expect.stringContaining("0 to add, 1 to change, 0 to destroy") });
  await lake.must("apply", "-auto-approve", "-input=false");
  expect(bucketOf("drafts")).toMatchObject({
    iamConfiguration: { publicAccessPrevention: "enforced" },
    billing: { requesterPays: true },
  });
  await unchanged();
});

test("a bucket goes while it is empty, and one with an object in it does not", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const path = `${gcs.url}/upload/storage/v1/b/pangeo-prairie-library/o?uploadType=media&name=soil%2Fzarr.json`;
  await fetch(path, { method: "POST", headers: { authorization: `Bearer token-of-${project}` }, body: "{}" });
  const ended = await lake.run("destroy", "-auto-approve", "-input=false", "-no-color");
  expect(ended.status, ended.text).toBe(1);
  expect(ended.text).toMatch(/pangeo-prairie-library.*without `force_destroy`|not empty/s);
  // where the use of one that stays is logged stays too
  expect(ids.filter((id) => bucketOf(id))).toEqual(["library", "persistent"]);
  expect(await gcs.keys("pangeo-prairie-library")).toEqual(["soil/zarr.json"]);
});
