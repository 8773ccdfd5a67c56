import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
import { PublicBucket } from "../kube/gateway/s3";
import { flags, isInstalling, killEngine, listen, Place, removePlaces, run, said, waits } from "./state-place";

/** The commands with state in S3: hand-made stacks with the backend that a synth gives them; engine, API and files are real. */
vi.mock("../../bin/synth.js", () => import("./state-place.js"));

const region = "us-west-2";

let aws: FakeAws;
beforeAll(async () => {
  aws = await FakeAws.start("111122223333");
});
afterAll(() => aws.stop());
beforeEach(() => {
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value);
  listen();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  removePlaces();
});

const state = (bucket: string) => `{ kind: s3, bucket: ${bucket}, region: ${region} }`;
const keys = async (bucket: string) =>
  [...(await aws.signed("GET", `/${bucket}?list-type=2`, region)).matchAll(/<Key>([^<]+)/g)]
    .map(([, key]) => key)
    .sort();
test("bootstrap makes the bucket once, up fills it, another checkout goes on, down empties it", async () => {
  const place = new Place();
  place.write(["east", "west"], state("demo-state"));
  await expect(up(undefined, flags(place))).rejects.toThrow(
    "the state at s3://demo-state/demo: there is no such bucket: isthmus bootstrap makes it",
  );
  await expect(bootstrapCommand(undefined, { file: place.file })).rejects.toThrow(
    "this makes demo-state: agree with --yes",
  );
  const made = await said(() => bootstrapCommand(undefined, { file: place.file, yes: true }));
  expect(made).toMatchInlineSnapshot(`
    [
      0,
      "demo-state: is to be made in us-west-2
    demo-state: made in us-west-2
    demo-state: closed to the public
    demo-state: all objects are the bucket owner's
    demo-state: versioned, so that an overwritten state can be brought back
    demo-state: encrypted
    demo-state: over TLS only
    ",
    ]
  `);
  const again = await said(() => bootstrapCommand(undefined, { file: place.file }));
  expect(again).toEqual([0, "demo-state: is there, with all it needs\n"]);
  for (const [question, answer] of [
    ["versioning", "<Status>Enabled</Status>"],
    ["encryption", "<SSEAlgorithm>AES256</SSEAlgorithm>"],
    ["publicAccessBlock", "<RestrictPublicBuckets>true</RestrictPublicBuckets>"],
    ["ownershipControls", "BucketOwnerEnforced"],
    ["policy", "aws:SecureTransport"],
  ] as const)
    expect(await aws.signed("GET", `/demo-state?${question}`, region), question).toContain(answer);

  expect(await said(() => up(undefined, flags(place)))).toEqual([0, expect.stringContaining("demo: 2 done in ")]);
  expect(await keys("demo-state")).toEqual([
    "demo/east-base.tfstate",
    "demo/index/east-base.json",
    "demo/index/west-base.json",
    "demo/west-base.tfstate",
  ]);
  expect(existsSync(join(place.lab.state.root, "east-base.tfstate"))).toBe(false);
  expect(existsSync(place.lab.state.index)).toBe(false);

  const other = new Place();
  other.write(["east", "west"], state("demo-state"));
  expect(await said(() => up(undefined, flags(other)))).toEqual([0, expect.stringContaining("demo: 2 unchanged in ")]);
  other.write(["east"], state("demo-state"));
  const [, left] = await said(() => status({ file: other.file }));
  expect(left).toContain("west-base  left the config (take it down with isthmus down west-base)");
  expect(await said(() => down("west-base", flags(other, { yes: true })))).toEqual([
    0,
    expect.stringContaining("west-base  done"),
  ]);
  expect(await keys("demo-state")).not.toContain("demo/index/west-base.json");
  expect(JSON.parse(await aws.signed("GET", "/demo-state/demo/west-base.tfstate", region)).resources).toEqual([]);

  const [, now] = await said(() => status({ file: place.file }));
  expect(now).toContain("stacks: 1 of 2 as the config says");
  expect(await said(() => down(undefined, flags(place, { yes: true })))).toEqual([0, expect.any(String)]);
  expect((await keys("demo-state")).filter((key) => key?.includes("index"))).toEqual([]);
});

test("two people at once: the engine's lock lets one of them change a stack, and the other is told who does", async () => {
  const [first, second] = [new Place(), new Place()];
  for (const place of [first, second]) place.write(["east"], state("busy-state"));
  await bootstrapCommand(undefined, { file: first.file, yes: true });
  first.stacks = { east: { install: waits } };
  const ends = up(undefined, flags(first));
  await isInstalling(first);
  const [code, text] = await said(() => up(undefined, flags(second)));
  expect(code).toBe(3);
  expect(text).toMatch(
    /east-base {2}failed .* it is being changed by \S+@\S+ \(apply since 20\S+ \S+ \S+ UTC\): wait until that ends and run this again; only if that run was killed, open its lock: .* force-unlock [0-9a-f-]{36}\n/,
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
  const { status: opened, stderr } = await run(command, [`-chdir=${directory}`, "force-unlock", "-force", id]);
  expect(opened, stderr).toBe(0);
  expect((await said(() => up(undefined, flags(place))))[0]).toBe(0);
  expect(await keys("killed-state")).toEqual(["demo/east-base.tfstate", "demo/index/east-base.json"]);
});

test("a site's own state: who may not read it works on the rest, and status says what is not seen", async () => {
  const place = new Place();
  const missing = state("institute-state");
  place.write(["east", "west"], state("federation-state"), { west: missing });
  await bootstrapCommand("east", { file: place.file, yes: true });
  const [code, text] = await said(() => up("east", flags(place)));
  expect([code, text]).toEqual([0, expect.stringContaining("not looked at: the state at s3://institute-state/demo")]);
  await expect(up("west", flags(place))).rejects.toThrow("there is no such bucket");
  const [, seen] = await said(() => status({ file: place.file }));
  expect(seen).toContain("the state at s3://institute-state/demo: there is no such bucket");
  expect(seen).toContain("west-base  unknown");
  await bootstrapCommand("west", { file: place.file, yes: true });
  expect((await said(() => up("west", flags(place))))[0]).toBe(0);
  expect(await keys("institute-state")).toEqual(["demo/index/west-base.json", "demo/west-base.tfstate"]);
  // its file is gone, and with it the place of its state: this machine knows it
  place.write(["east"], state("federation-state"));
  expect((await said(() => up(undefined, flags(place))))[1]).toContain(
    "west-base has left the config but still exists",
  );
  // and where the config has faults
  writeFileSync(place.file, "federation: demo\nnonsense: 1\n");
  expect(await said(() => down("west-base", flags(place, { yes: true })))).toEqual([0, expect.any(String)]);
  expect(await keys("institute-state")).toEqual(["demo/west-base.tfstate"]);
});

test("states move from files into the bucket and back; until then up refuses to make the stacks a second time", async () => {
  const place = new Place();
  place.write(["east"], "{ kind: local }");
  await up(undefined, flags(place));
  place.write(["east"], state("moved-state"));
  await bootstrapEmpty("moved-state");
  await expect(up(undefined, flags(place))).rejects.toThrow(
    `the state of east-base lies in ${place.lab.state.root}, and the config wants it in s3://moved-state/demo: isthmus bootstrap takes it there; nothing was changed`,
  );
  const [, moved] = await said(() => bootstrapCommand(undefined, { file: place.file, yes: true }));
  expect(moved).toContain("east-base: brought to s3://moved-state/demo\n");
  expect(await said(() => up(undefined, flags(place)))).toEqual([0, expect.stringContaining("demo: 1 unchanged in ")]);
  expect(await keys("moved-state")).toEqual(["demo/east-base.tfstate", "demo/index/east-base.json"]);
  place.write(["east"], "{ kind: local }");
  await bootstrapCommand(undefined, { file: place.file, yes: true });
  expect(await said(() => up(undefined, flags(place)))).toEqual([0, expect.stringContaining("demo: 1 unchanged in ")]);
  expect(await keys("moved-state")).toEqual([]);
});

/** A bucket that somebody has made by hand. */
const bootstrapEmpty = (bucket: string) =>
  aws.signed(
    "PUT",
    `/${bucket}`,
    region,
    `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`,
  );

test("a bucket that is there is put right, and what others wrote into its policy stays; one of another account is refused", async () => {
  const place = new Place();
  place.write(["east"], state("old-state"));
  await bootstrapEmpty("old-state");
  const statement = {
    Sid: "Theirs",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:DeleteBucket",
    Resource: "arn:aws:s3:::old-state",
  };
  await aws.signed(
    "PUT",
    "/old-state?policy",
    region,
    JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
  );
  const [, text] = await said(() => bootstrapCommand(undefined, { file: place.file, yes: true }));
  expect(text).toContain("old-state: is there, and lacks a block of public access, ");
  const policy = JSON.parse(await aws.signed("GET", "/old-state?policy", region)) as { Statement: { Sid: string }[] };
  expect(policy.Statement.map(({ Sid }) => Sid)).toEqual(["Theirs", "IsthmusTlsOnly"]);

  for (const [name, value] of Object.entries(await aws.credentialsOf("444455556666"))) vi.stubEnv(name, value);
  await expect(bootstrapCommand(undefined, { file: place.file, yes: true })).rejects.toThrow(
    "the bucket old-state exists and belongs to another account than these credentials: nothing of it was changed",
  );
});

test("a store that is not AWS's: what it lacks is told, its locks are tried, stacks go up and down", async () => {
  const store = await PublicBucket.start("other");
  try {
    vi.stubEnv("AWS_ENDPOINT_URL", undefined);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test-root");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test-secret");
    const place = new Place();
    place.write(["east"], `{ kind: s3, bucket: own-state, region: us-east-1, endpoint: "${store.endpoint}" }`);
    const [code, made] = await said(() => bootstrapCommand(undefined, { file: place.file, yes: true }));
    expect([code, made]).toEqual([0, expect.stringContaining("own-state: made in us-east-1\n")]);
    expect(made).toContain("own-state: its store has no means for versions\n");
    expect(existsSync(join(store.folder, "buckets/own-state/demo/lock-check"))).toBe(false);
    expect((await said(() => up(undefined, flags(place))))[1]).toContain("demo: 1 done in ");
    expect((await said(() => up(undefined, flags(place))))[1]).toContain("demo: 1 unchanged in ");
    for (const name of ["east-base.tfstate", "index/east-base.json"])
      expect(existsSync(join(store.folder, "buckets/own-state/demo", name)), name).toBe(true);
    expect((await said(() => down(undefined, flags(place, { yes: true }))))[0]).toBe(0);
  } finally {
    await store.stop();
  }
});

test("a store that takes a conditional write of what exists keeps no state", async () => {
  const server = createServer((request, response) => {
    request.resume();
    const isList = request.method === "GET" && request.url?.startsWith("/?");
    const error = "<Error><Code>NotImplemented</Code></Error>";
    const list =
      "<ListAllMyBucketsResult><Buckets><Bucket><Name>own-state</Name></Bucket></Buckets></ListAllMyBucketsResult>";
    response.writeHead(request.method === "GET" && !isList ? 501 : 200, { "content-type": "application/xml" });
    response.end(request.method === "GET" ? (isList ? list : error) : "");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const place = new Place();
    place.write(["east"], `{ kind: s3, bucket: own-state, region: us-east-1, endpoint: "${endpoint}" }`);
    await expect(bootstrapCommand(undefined, { file: place.file, yes: true })).rejects.toThrow(
      `${endpoint} takes a conditional write (If-None-Match) of what exists: two engines could change a stack at once`,
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
const place = { kind: "s3", bucket: "cdktf-state", region: "${region}", root: "demo", profile: null, kmsKey: null, endpoint: null };
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
    expect(await keys("cdktf-state")).toEqual(["demo/east-base.tfstate"]);
    // what it deployed has no record, and is found by its state
    expect((await said(() => down(undefined, flags(place, { yes: true }))))[1]).toContain("east-base  done");
    const again = await run(process.execPath, [cdktf, "deploy", "--auto-approve"], folder);
    expect(again.status, again.stderr).toBe(0);
    const destroyed = await run(process.execPath, [cdktf, "destroy", "--auto-approve"], folder);
    expect(destroyed.status, destroyed.stderr).toBe(0);
    expect(JSON.parse(await aws.signed("GET", "/cdktf-state/demo/east-base.tfstate", region)).resources).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
