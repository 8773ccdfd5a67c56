import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { type AwsEngine, awsEngine, override } from "../aws/engine";
import { FakeAws } from "../aws/fake-aws";
import { type Ended, offlineStacks, startIsthmus, writeOverrides } from "../aws/isthmus";

const repository = join(__dirname, "../..");

/** Stacks of lakes alone; the example's clusters and hubs are not made here. */
const stacks = ["cascadia-grants", "cascadia-lake", "rhine-grants", "rhine-lake"] as const;

/** The example with a few buckets: the provider waits ten seconds for each one's lifecycle, one after the other. */
function writeConfig(): void {
  cpSync(join(repository, "config/federations/accounts"), folder, { recursive: true });
  rmSync(join(folder, "sites/delta.yaml"));
  edit("cascadia", ({ lake, datasets }) => {
    lake.buckets = { library: lake.buckets.library, drafts: { purpose: "library", requesterPays: true } };
    delete datasets["joint-runs"];
  });
  edit("rhine", (site) => {
    const { lake, datasets } = site;
    lake.buckets = { library: lake.buckets.library };
    delete datasets.forecasts;
    Object.assign(datasets["river-levels"] ?? {}, { mirrors: { cascadia: { bucket: "library" } } });
    site.readsRequesterPays = true;
  });
}

interface Site {
  readonly lake: { buckets: Record<string, unknown> };
  readonly datasets: Record<string, object>;
  readsRequesterPays?: boolean;
}

function edit(site: string, change: (site: Site) => void): void {
  const path = join(folder, "sites", `${site}.yaml`);
  const content = parse(readFileSync(path, "utf8")) as Site;
  change(content);
  writeFileSync(path, stringify(content));
}

let folder: string;
let engine: AwsEngine | string;
let aws: FakeAws;
/** Environment of the people of each account. */
let cascadia: Readonly<Record<string, string>>;
let rhine: Readonly<Record<string, string>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-aws-accounts-"));
  writeConfig();
  engine = await awsEngine(folder);
  if (typeof engine === "string") return;
  aws = await FakeAws.start("111122223333");
  cascadia = aws.environment;
  rhine = { ...aws.environment, ...(await aws.credentialsOf("444455556666")) };
});
afterAll(async () => {
  await aws?.stop();
  rmSync(folder, { recursive: true });
});

/** Runs isthmus as people of an account. */
const isthmus = (as: Readonly<Record<string, string>>, ...args: string[]) =>
  startIsthmus(engine as AwsEngine, folder, as, args).ended;

/** Takes a stack down with all that is protected in it. */
async function down(as: Readonly<Record<string, string>>, stack: string): Promise<Ended> {
  const refused = await isthmus(as, "down", stack, "--yes");
  const named = [...new Set(refused.text.match(/[a-z]+-lake:aws_\w+\.\w+/g))];
  return isthmus(as, "down", stack, "--yes", ...named.flatMap((address) => ["--destroy", address]));
}

test("the real provider accepts each lake and what S3 copies between them, and plans them without any API", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  for (const [i, stack] of offlineStacks(engine, folder, stacks).entries()) {
    await stack.must("init", "-input=false");
    const told = JSON.parse(await stack.must("validate", "-json"));
    expect(told, stacks[i]).toMatchObject({ valid: true, error_count: 0 });
    const plan = await stack.must("plan", "-no-color", "-input=false");
    expect(plan, stacks[i]).toMatch(/Plan: \d+ to add, 0 to change, 0 to destroy\./);
  }
});

test("each account's people bring up what is theirs; copies into a lake that is not there yet wait for it", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  writeOverrides(folder, stacks, override);
  const early = await isthmus(cascadia, "up", "cascadia-grants", "--yes");
  expect(early, early.text).toMatchObject({
    status: 3,
    text: expect.stringContaining("Destination bucket must exist"),
  });
  const others = await isthmus(rhine, "up", "rhine-grants", "--yes");
  expect(others, others.text).toMatchObject({ status: 0, text: expect.stringContaining("strata: 2 done") });
  const late = await isthmus(cascadia, "up", "cascadia-grants", "--yes");
  expect(late, late.text).toMatchObject({ status: 0 });
});

test("what S3 was told is what the config says", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const asked = (bucket: string, region: string, aspect: string) =>
    aws.signed("GET", `/strata-${bucket}?${aspect}`, region);
  const copies = await asked("cascadia-library", "us-west-2", "replication");
  expect(copies).toContain("<Bucket>arn:aws:s3:::strata-rhine-library</Bucket>");
  expect(copies).toContain("<Prefix>era5/monthly/</Prefix>");
  expect(await asked("rhine-library", "eu-central-1", "replication")).toContain("strata-cascadia-library");
  expect(await asked("cascadia-drafts", "us-west-2", "requestPayment")).toContain("<Payer>Requester</Payer>");
  expect(await asked("cascadia-library", "us-west-2", "requestPayment")).toContain("<Payer>BucketOwner</Payer>");
  const policy = JSON.parse(await asked("cascadia-drafts", "us-west-2", "policy")) as { Statement: object[] };
  expect(policy.Statement).toContainEqual(
    expect.objectContaining({ Principal: { AWS: ["arn:aws:iam::444455556666:root"] } }),
  );
});

test("a second up changes nothing", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const [own, others] = [await isthmus(cascadia, "up", "cascadia-grants"), await isthmus(rhine, "up", "rhine-grants")];
  expect(own, own.text).toMatchObject({ status: 0, text: expect.stringContaining("2 unchanged") });
  expect(others, others.text).toMatchObject({ status: 0, text: expect.stringContaining("2 unchanged") });
});

test("each account's people take down what is theirs, copies first", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  for (const [as, stack] of [
    [cascadia, "cascadia-grants"],
    [rhine, "rhine-lake"],
    [cascadia, "cascadia-lake"],
  ] as const) {
    const gone = await down(as, stack);
    expect(gone, gone.text).toMatchObject({ status: 0 });
  }
  expect(await aws.signed("GET", "/", "us-west-2")).not.toContain("strata-");
});
