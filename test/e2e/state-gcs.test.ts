import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { bootstrapCommand } from "../../bin/commands/bootstrap";
import { down } from "../../bin/commands/down";
import { status } from "../../bin/commands/status";
import { up } from "../../bin/commands/up";
import { FakeAws } from "../aws/fake-aws";
import { FakeGcs } from "../google/fake-gcs";
import { flags, isInstalling, killEngine, listen, Place, removePlaces, run, said, waits } from "./state-place";

/** The commands with state in Google Cloud Storage: hand-made stacks with the backend that a synth gives them; engine, API and files are real. */
vi.mock("../../bin/synth.js", () => import("./state-place.js"));

let gcs: FakeGcs;
beforeAll(async () => {
  gcs = await FakeGcs.start();
});
afterAll(() => gcs.stop());
beforeEach(() => {
  signInAs("pangeo-admin");
  listen();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  removePlaces();
});

function signInAs(project: string): void {
  for (const [name, value] of Object.entries(gcs.environment(project))) vi.stubEnv(name, value);
}

const state = (bucket: string, more = "") => `{ kind: gcs, bucket: ${bucket}, endpoint: "${gcs.url}"${more} }`;

test("bootstrap makes the bucket once, up fills it, another checkout goes on, down empties it", async () => {
  const place = new Place();
  place.write(["east", "west"], state("demo-state", ", region: europe-west4, prefix: open"));
  await expect(up(undefined, flags(place))).rejects.toThrow(
    "the state at gs://demo-state/open/demo: there is no such bucket: isthmus bootstrap makes it",
  );
  await expect(bootstrapCommand(undefined, { file: place.file })).rejects.toThrow(
    "this makes demo-state: agree with --yes",
  );
  expect(await said(() => bootstrapCommand(undefined, { file: place.file, yes: true }))).toMatchInlineSnapshot(`
    [
      0,
      "demo-state: is to be made in europe-west4
    demo-state: made in europe-west4
    demo-state: closed to the public
    demo-state: access by the bucket's roles alone, no object has its own
    demo-state: versioned, so that an overwritten state can be brought back
    demo-state: old versions go after 90 days, but for the newest 20 of each object
    demo-state: what is deleted for good, the bucket included, can be brought back for 7 days
    ",
    ]
  `);
  expect(gcs.buckets.metadata("demo-state")).toMatchObject({
    location: "EUROPE-WEST4",
    iamConfiguration: { publicAccessPrevention: "enforced", uniformBucketLevelAccess: { enabled: true } },
    versioning: { enabled: true },
    lifecycle: { rule: [{ condition: { numNewerVersions: 20, daysSinceNoncurrentTime: 90 } }] },
    softDeletePolicy: { retentionDurationSeconds: 604_800 },
  });
  const again = await said(() => bootstrapCommand(undefined, { file: place.file }));
  expect(again).toEqual([0, "demo-state: is there, with all it needs\n"]);

  expect(await said(() => up(undefined, flags(place)))).toEqual([0, expect.stringContaining("demo: 2 done in ")]);
  expect(await gcs.keys("demo-state")).toEqual([
    "open/demo/east-base/default.tfstate",
    "open/demo/index/east-base.json",
    "open/demo/index/west-base.json",
    "open/demo/west-base/default.tfstate",
  ]);
  expect(existsSync(join(place.lab.state.root, "east-base.tfstate"))).toBe(false);
  expect(existsSync(place.lab.state.index)).toBe(false);

  const other = new Place();
  other.write(["east", "west"], state("demo-state", ", prefix: open"));
  expect(await said(() => up(undefined, flags(other)))).toEqual([0, expect.stringContaining("demo: 2 unchanged in ")]);
  other.write(["east"], state("demo-state", ", prefix: open"));
  const [, left] = await said(() => status({ file: other.file }));
  expect(left).toContain("west-base  left the config (take it down with isthmus down west-base)");
  expect(await said(() => down("west-base", flags(other, { yes: true })))).toEqual([
    0,
    expect.stringContaining("west-base  done"),
  ]);
  expect(await gcs.keys("demo-state")).not.toContain("open/demo/index/west-base.json");
  expect(JSON.parse(await gcs.text("demo-state", "open/demo/west-base/default.tfstate")).resources).toEqual([]);

  const [, now] = await said(() => status({ file: place.file }));
  expect(now).toContain("stacks: 1 of 2 as the config says");
  expect(await said(() => down(undefined, flags(place, { yes: true })))).toEqual([0, expect.any(String)]);
  expect((await gcs.keys("demo-state")).filter((key) => key.includes("index"))).toEqual([]);
});

test("two people at once: the engine's lock lets one of them change a stack, and the other is told who does", async () => {
  const [first, second] = [new Place(), new Place()];
  for (const place of [first, second]) place.write(["east"], state("busy-state"));
  await bootstrapCommand(undefined, { file: first.file, yes: true });
  first.stacks = { east: { install: waits } };
  const ends = up(undefined, flags(first));
  await isInstalling(first);
  expect(await gcs.keys("busy-state")).toContain("demo/east-base/default.tflock");
  const [code, text] = await said(() => up(undefined, flags(second)));
  expect(code).toBe(3);
  expect(text).toMatch(
    /east-base {2}failed .* it is being changed by \S+@\S+ \(apply since 20\S+ \S+ \S+ UTC\): wait until that ends and run this again; only if that run was killed, open its lock: .* force-unlock \d+\n/,
  );
  first.lab.touch("go");
  expect(await ends).toBe(0);
  second.stacks = first.stacks;
  expect(await said(() => up(undefined, flags(second)))).toEqual([0, expect.stringContaining("demo: 1 unchanged in ")]);
});

test("a killed engine leaves its lock, and what is told opens it", async () => {
  const place = new Place();
  place.write(["east"], state("killed-state"));
  await bootstrapCommand(undefined, { file: place.file, yes: true });
  place.stacks = { east: { install: waits } };
  const ends = up(undefined, flags(place));
  await isInstalling(place);
  killEngine(place);
  expect(await ends).toBe(3);
  const [code, text] = await said(() => up(undefined, flags(place)));
  expect(code).toBe(3);
  const [, command = "", directory = "", id = ""] = /lock: (\S+) -chdir=(\S+) force-unlock (\S+)/.exec(text) ?? [];
  const other = await run(command, [`-chdir=${directory}`, "force-unlock", "-force", String(Number(id) + 1)]);
  expect(other.status).not.toBe(0);
  const { status: opened, stderr } = await run(command, [`-chdir=${directory}`, "force-unlock", "-force", id]);
  expect(opened, stderr).toBe(0);
  expect((await said(() => up(undefined, flags(place))))[0]).toBe(0);
  expect(await gcs.keys("killed-state")).toEqual(["demo/east-base/default.tfstate", "demo/index/east-base.json"]);
});

test("states move from files into the bucket and back, and never while an engine holds them", async () => {
  const place = new Place();
  place.write(["east"], "{ kind: local }");
  await up(undefined, flags(place));
  place.write(["east"], state("moved-state"));
  const [, moved] = await said(() => bootstrapCommand(undefined, { file: place.file, yes: true }));
  expect(moved).toContain("east-base: brought to gs://moved-state/demo\n");
  expect(await said(() => up(undefined, flags(place)))).toEqual([0, expect.stringContaining("demo: 1 unchanged in ")]);
  expect(await gcs.keys("moved-state")).toEqual(["demo/east-base/default.tfstate", "demo/index/east-base.json"]);

  place.stacks = { east: { install: waits, digest: "2" } };
  const ends = up(undefined, flags(place));
  await isInstalling(place);
  const other = new Place();
  other.write(["east"], "{ kind: local }");
  mkdirSync(other.lab.state.root, { recursive: true });
  copyFileSync(join(place.lab.state.root, "places.json"), join(other.lab.state.root, "places.json"));
  await expect(bootstrapCommand(undefined, { file: other.file, yes: true })).rejects.toThrow(
    "east-base is being changed (gs://moved-state/demo): wait until that ends",
  );
  place.lab.touch("go");
  expect(await ends).toBe(0);

  place.write(["east"], "{ kind: local }");
  await expect(up(undefined, flags(place))).rejects.toThrow(
    `the state of east-base lies in gs://moved-state/demo, and the config wants it in ${place.lab.state.root}: isthmus bootstrap takes it there; nothing was changed`,
  );
  await bootstrapCommand(undefined, { file: place.file, yes: true });
  expect(await said(() => up(undefined, flags(place)))).toEqual([0, expect.stringContaining("demo: 1 unchanged in ")]);
  expect(await gcs.keys("moved-state")).toEqual([]);
});

test("a site in S3 and a site in Google Cloud Storage: each has its own state, and one moves to the other", async () => {
  const aws = await FakeAws.start("111122223333");
  try {
    for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
    const place = new Place();
    const s3 = "{ kind: s3, bucket: east-state, region: us-west-2 }";
    place.write(["east", "west"], "{ kind: local }", { east: s3, west: state("west-state") });
    const [code, made] = await said(() => bootstrapCommand(undefined, { file: place.file, yes: true }));
    expect([code, made]).toEqual([
      0,
      expect.stringMatching(/east-state: made in us-west-2\n[\s\S]*west-state: made in us\n/),
    ]);
    expect((await said(() => up(undefined, flags(place))))[1]).toContain("demo: 2 done in ");
    expect(await gcs.keys("west-state")).toEqual(["demo/index/west-base.json", "demo/west-base/default.tfstate"]);
    const inS3 = await aws.signed("GET", "/east-state?list-type=2", "us-west-2");
    expect(inS3.match(/<Key>[^<]+/g)).toEqual(["<Key>demo/east-base.tfstate", "<Key>demo/index/east-base.json"]);

    place.write(["east", "west"], "{ kind: local }", { east: state("west-state"), west: state("west-state") });
    const [, moved] = await said(() => bootstrapCommand("east", { file: place.file, yes: true }));
    expect(moved).toContain("east-base: its state lies in s3://east-state/demo, and belongs in gs://west-state/demo\n");
    expect((await said(() => up(undefined, flags(place))))[1]).toContain("demo: 2 unchanged in ");
    expect(await said(() => down(undefined, flags(place, { yes: true })))).toEqual([0, expect.any(String)]);
  } finally {
    await aws.stop();
  }
});

test("a bucket that is there is put right, and what others have set stays; one of another project or place is refused", async () => {
  const place = new Place();
  place.write(["east"], state("old-state"));
  const theirs = { action: { type: "Delete" }, condition: { matchesPrefix: ["tmp/"], age: 3 } };
  const bucket = { name: "old-state", location: "EU", lifecycle: { rule: [theirs] }, labels: { team: "sea" } };
  const made = await fetch(`${gcs.url}/storage/v1/b?project=pangeo-admin`, {
    method: "POST",
    headers: { authorization: "Bearer token-of-pangeo-admin" },
    body: JSON.stringify(bucket),
  });
  expect(made.ok).toBe(true);
  const [, text] = await said(() => bootstrapCommand(undefined, { file: place.file, yes: true }));
  expect(text).toContain("old-state: is there, and lacks public access prevention, ");
  expect(gcs.buckets.metadata("old-state")).toMatchObject({
    labels: { team: "sea" },
    lifecycle: { rule: [theirs, { condition: { numNewerVersions: 20 } }] },
    versioning: { enabled: true },
  });

  place.write(["east"], state("old-state", ", region: us-east1"));
  await expect(bootstrapCommand(undefined, { file: place.file, yes: true })).rejects.toThrow(
    "the bucket old-state exists in eu, and not in us-east1: correct `state.region`, or take another name",
  );
  place.write(["east"], state("old-state", ", project: somebody-else"));
  await expect(bootstrapCommand(undefined, { file: place.file, yes: true })).rejects.toThrow(
    "ask who owns the project for storage.buckets.create, get, list and update in it",
  );
  signInAs("somebody-else");
  place.write(["east"], state("old-state"));
  await expect(bootstrapCommand(undefined, { file: place.file, yes: true })).rejects.toThrow(
    "the bucket old-state exists and is closed to these credentials",
  );
  await expect(up(undefined, flags(place))).rejects.toThrow(
    "the state at gs://old-state/demo: access denied (somebody-else does not have access to the Google Cloud Storage bucket): ask who owns the bucket for storage.objects.get",
  );
});

test("without credentials, and with ones from a file that both clients read", async () => {
  const place = new Place();
  place.write(["east"], state("signed-state"));
  const folder = mkdtempSync(join(tmpdir(), "isthmus-state-credentials-"));
  try {
    vi.stubEnv("GOOGLE_OAUTH_ACCESS_TOKEN", undefined);
    vi.stubEnv("HOME", folder);
    await expect(up(undefined, flags(place))).rejects.toThrow("cannot be reached without credentials");
    const credentials = join(folder, "federation.json");
    writeFileSync(join(folder, "token"), "pangeo-admin");
    writeFileSync(credentials, JSON.stringify(federated(gcs.url, join(folder, "token"))));
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", credentials);
    await bootstrapCommand(undefined, { file: place.file, yes: true });
    expect((await said(() => up(undefined, flags(place))))[1]).toContain("demo: 1 done in ");
    expect(await gcs.keys("signed-state")).toEqual(["demo/east-base/default.tfstate", "demo/index/east-base.json"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Credentials of a pipeline: its own token is changed for one of Google's. */
function federated(url: string, file: string) {
  return {
    type: "external_account",
    audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/providers/ci",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: `${url}/token`,
    credential_source: { file },
  };
}

test("a server that is not Google's: what it lacks is told, its locks are tried, stacks go up and down", async () => {
  const store = await FakeGcs.start(true);
  try {
    const place = new Place();
    place.write(["east"], `{ kind: gcs, bucket: own-state, endpoint: "${store.url}" }`);
    const [code, made] = await said(() => bootstrapCommand(undefined, { file: place.file, yes: true }));
    expect([code, made]).toEqual([0, expect.stringContaining("own-state: made in us\n")]);
    expect(made).toContain("own-state: versioned, so that an overwritten state can be brought back\n");
    expect(made).not.toContain("own-state: closed to the public\n");
    expect(made).toContain("own-state: its store has no means for public access prevention\n");
    expect(await store.keys("own-state")).toEqual([]);
    expect((await said(() => up(undefined, flags(place))))[1]).toContain("demo: 1 done in ");
    expect((await said(() => up(undefined, flags(place))))[1]).toContain("demo: 1 unchanged in ");
    expect(await store.keys("own-state")).toEqual(["demo/east-base/default.tfstate", "demo/index/east-base.json"]);
    expect((await said(() => down(undefined, flags(place, { yes: true }))))[0]).toBe(0);
  } finally {
    await store.stop();
  }
});

test("a server that takes a conditional write of what exists keeps no state", async () => {
  const server = createServer((request, response) => {
    request.resume();
    const bucket = { id: "own-state", name: "own-state", location: "US" };
    const isList = request.method === "GET" && /\/b\?/.test(request.url ?? "");
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(isList ? { items: [bucket] } : bucket));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const place = new Place();
    place.write(["east"], `{ kind: gcs, bucket: own-state, endpoint: "${endpoint}" }`);
    const lines = said(() => bootstrapCommand(undefined, { file: place.file, yes: true }));
    await expect(lines).rejects.toThrow(
      `${endpoint} takes a conditional write (ifGenerationMatch) of what exists: two engines could change a stack at once`,
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

/** A cdktf app with one stack that has the backend of a synth. */
const app = `
const { App, TerraformResource, TerraformStack } = require(process.env.REPOSITORY + "/node_modules/cdktf");
const { addBackend } = require(process.env.REPOSITORY + "/dist/stacks/state-backend.js");
const app = new App({ context: { targetVersions: { terraform: ">=1.11", opentofu: ">=1.11" } } });
const stack = new TerraformStack(app, "east-base");
const place = { kind: "gcs", bucket: "cdktf-state", region: "us", anyRegion: true, project: null, root: "demo", kmsKey: null, endpoint: process.env.GCS };
addBackend(stack, "east-base", place, "");
new TerraformResource(stack, "site", { terraformResourceType: "terraform_data" }).addOverride("input", "there");
app.synth();
`;

test("cdktf deploy and destroy work on the same state", async () => {
  const repository = join(__dirname, "../..");
  const cdktf = join(repository, "node_modules/cdktf-cli/bundle/bin/cdktf");
  const folder = mkdtempSync(join(tmpdir(), "isthmus-state-cdktf-"));
  for (const [name, value] of Object.entries({
    REPOSITORY: repository,
    GCS: gcs.url,
    HOME: folder,
    CI: "1",
    CHECKPOINT_DISABLE: "1",
  }))
    vi.stubEnv(name, value);
  writeFileSync(join(folder, "app.js"), app);
  const project = { language: "typescript", app: "node app.js", projectId: "state", sendCrashReports: "false" };
  writeFileSync(join(folder, "cdktf.json"), JSON.stringify(project));
  try {
    const place = new Place();
    place.write(["east"], state("cdktf-state"));
    await bootstrapCommand(undefined, { file: place.file, yes: true });
    const deployed = await run(process.execPath, [cdktf, "deploy", "--auto-approve"], folder);
    expect(deployed.status, deployed.stderr).toBe(0);
    expect(await gcs.keys("cdktf-state")).toEqual(["demo/east-base/default.tfstate"]);
    // what it deployed has no record, and is found by its state
    expect((await said(() => down(undefined, flags(place, { yes: true }))))[1]).toContain("east-base  done");
    const destroyed = await run(process.execPath, [cdktf, "destroy", "--auto-approve"], folder);
    expect(destroyed.status, destroyed.stderr).toBe(0);
    expect(JSON.parse(await gcs.text("cdktf-state", "demo/east-base/default.tfstate")).resources).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
