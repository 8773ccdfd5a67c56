import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compareCopy } from "../../bin/catalog/copies";
import { readObject } from "../../bin/catalog/http";
import { type AwsEngine, awsEngine, override } from "../aws/engine";
import { FakeAws } from "../aws/fake-aws";
import { childrenOf, offlineStacks, startIsthmus, writeOverrides } from "../aws/isthmus";
import { KeptAnswer } from "../aws/kept-answer";

const repository = join(__dirname, "../..");
const region = "us-west-2";
const lakes = ["cascadia-lake", "fjord-lake"];
const made = ["ice", "library", "persistent", "scratch"];

let folder: string;
let engine: AwsEngine | string;
let aws: FakeAws;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-aws-lake-"));
  cpSync(join(repository, "config/federations/lakes"), folder, { recursive: true });
  engine = await awsEngine(folder);
  if (typeof engine !== "string") aws = await FakeAws.start("111122223333");
});
afterAll(async () => {
  await aws?.stop();
  rmSync(folder, { recursive: true });
});

const begin = (args: readonly string[], more: Record<string, string> = {}) =>
  startIsthmus(engine as AwsEngine, folder, { ...aws.environment, ...more }, args);
const isthmus = (...args: string[]) => begin(args).ended;

/** Changes the site's file. */
function edit(...changes: readonly (readonly [old: string | RegExp, then: string])[]): void {
  const path = join(folder, "sites/cascadia.yaml");
  for (const [old, then] of changes) {
    const text = readFileSync(path, "utf8");
    const after = text.replace(old, then);
    expect(after).not.toBe(text);
    writeFileSync(path, after);
  }
}

const buckets = async () =>
  [...(await aws.signed("GET", "/", region)).matchAll(/<Name>([^<]+)/g)].map(([, name]) => name).sort();

test("the real provider accepts each lake, and plans it without any API", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const counts = [30, 22];
  for (const [i, stack] of offlineStacks(engine, folder, lakes).entries()) {
    await stack.must("init", "-backend=false", "-input=false");
    expect(JSON.parse(await stack.must("validate", "-json"))).toMatchObject({ valid: true, error_count: 0 });
    await stack.must("init", "-reconfigure", "-input=false");
    const told = `Plan: ${counts[i]} to add, 0 to change, 0 to destroy.`;
    expect(await stack.must("plan", "-no-color", "-input=false")).toContain(told);
  }
});

test("a lake is made, and a second up changes nothing", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  writeOverrides(folder, lakes, override);
  const first = await isthmus("up", "cascadia", "--yes");
  expect(first, first.text).toMatchObject({ status: 0, text: expect.stringContaining("30 made") });
  expect(await buckets()).toEqual(made.map((id) => `pangeo-cascadia-${id}`));
  const second = await isthmus("up", "cascadia");
  expect(second, second.text).toMatchObject({ status: 0, text: expect.stringContaining("1 unchanged") });
});

test("anybody reads and lists what is public, and nothing else", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  for (const id of made) await aws.signed("PUT", `/pangeo-cascadia-${id}/era5/zarr.json`, region, "{}");
  const answers = (id: string) =>
    Promise.all(["/era5/zarr.json", "?list-type=2"].map((at) => aws.anonymous(`/pangeo-cascadia-${id}${at}`)));
  for (const id of made) {
    const statuses = (await answers(id)).map(({ status }) => status);
    expect(statuses, id).toEqual(["ice", "library"].includes(id) ? [200, 200] : [403, 403]);
  }
  const [from, to] = [`${aws.url}/pangeo-cascadia-library`, `${aws.url}/pangeo-cascadia-ice`];
  const found = await compareCopy(readObject, { from, to, prefix: "era5/", mayHold: false, by: "s3" });
  expect(found).toMatchObject({ manifest: { objects: 1, bytes: 2 } });
});

test("the local API refuses what S3 does: who is not there, and anybody where the bucket is blocked", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  const put = (principal: object | string) => {
    const statement = { Effect: "Allow", Principal: principal, Action: "s3:GetObject", Resource: "arn:aws:s3:::x/*" };
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    return aws.signed("PUT", "/pangeo-cascadia-persistent?policy", region, policy);
  };
  await expect(put({ AWS: "arn:aws:iam::444455556666:role/nobody" })).rejects.toThrow("MalformedPolicy");
  await expect(put("*")).rejects.toThrow("AccessDenied");
});

test("what a hand changed is seen, and put right", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const body =
    '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Suspended</Status></VersioningConfiguration>';
  await aws.signed("PUT", "/pangeo-cascadia-library?versioning", region, body);
  const up = await isthmus("up", "cascadia");
  expect(up, up.text).toMatchObject({ status: 0, text: expect.stringContaining("1 changed") });
  expect(await aws.signed("GET", "/pangeo-cascadia-library?versioning", region)).toContain("<Status>Enabled</Status>");
});

test("a bucket that was edited out of the config stays: up refuses, whatever else is agreed to", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const text = readFileSync(join(folder, "sites/cascadia.yaml"), "utf8");
  edit([/ {4}library: .*\n/, ""], [/ {2}era5-monthly:\n(?: {4}.*\n)*/, ""]);
  for (const args of [
    ["up", "cascadia"],
    ["up", "cascadia", "--yes"],
  ]) {
    const refused = await isthmus(...args);
    expect(refused.status).toBe(3);
    expect(refused.text).toMatch(/delete aws_s3_bucket\.library_bucket_\w+, and with it every object in it/);
    expect(refused.text).toMatch(/--destroy 'cascadia-lake:aws_s3_bucket\.library_bucket_\w+'/);
  }
  expect(await buckets()).toHaveLength(4);
  expect((await aws.anonymous("/pangeo-cascadia-library/era5/zarr.json")).status).toBe(200);
  writeFileSync(join(folder, "sites/cascadia.yaml"), text);
  const back = await isthmus("up", "cascadia");
  expect(back, back.text).toMatchObject({ status: 0, text: expect.stringContaining("1 unchanged") });
});

test("the lake goes only where each bucket is named, and one with an object in it not even then", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const refused = await isthmus("down", "cascadia", "--yes");
  expect(refused.status).toBe(3);
  const named = [...new Set(refused.text.match(/cascadia-lake:aws_s3_bucket\.\w+/g))];
  expect(named).toHaveLength(4);
  const agreed = ["down", "cascadia", "--yes", ...named.flatMap((address) => ["--destroy", address])];
  const full = await isthmus(...agreed);
  expect(full.status).toBe(3);
  expect(full.text).toMatch(/BucketNotEmpty|not empty/);
  expect(await buckets()).toEqual(["ice", "library", "persistent"].map((id) => `pangeo-cascadia-${id}`));
  for (const id of ["ice", "library", "persistent"]) await emptied(`/pangeo-cascadia-${id}`);
  const gone = await isthmus(...agreed);
  expect(gone, gone.text).toMatchObject({ status: 0 });
  expect(await buckets()).toEqual([]);
});

test("an engine killed after S3 made a bucket, before it heard of it: the next up takes the bucket over and goes on", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  writeOverrides(folder, lakes, override);
  const api = await KeptAnswer.before(aws.url, "PUT", "/pangeo-cascadia-library");
  const { child, ended } = begin(["up", "cascadia", "--yes"], { AWS_ENDPOINT_URL: api.url });
  await Promise.race([api.kept, ended]);
  for (const pid of childrenOf(child.pid)) process.kill(pid, "SIGKILL");
  const killed = await ended;
  await api.stop();
  expect(killed, killed.text).toMatchObject({ status: 3, text: expect.stringContaining("SIGKILL") });
  expect(await buckets()).toContain("pangeo-cascadia-library");
  const state = readFileSync(join(folder, "state/pangeo/cascadia-lake.tfstate"), "utf8");
  expect(state).not.toContain('"id": "pangeo-cascadia-library"');
  const again = await isthmus("up", "cascadia", "--yes");
  expect(again, again.text).toMatchObject({ status: 0, text: expect.stringMatching(/\d taken over/) });
  expect(again.text).toContain("pangeo-cascadia-library is there already");
  expect(await aws.signed("GET", "/pangeo-cascadia-library?tagging", region)).toContain("cascadia");
  const third = await isthmus("up", "cascadia");
  expect(third, third.text).toMatchObject({ status: 0, text: expect.stringContaining("1 unchanged") });
});

test("a bucket of somebody else that is there already is left alone", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const bucket = "/pangeo-cascadia-extra";
  const place = `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
  await aws.signed("PUT", bucket, region, place);
  await aws.signed("PUT", `${bucket}/theirs.txt`, region, "theirs");
  edit([/( {4}library: .*\n)/, "$1    extra: { purpose: library }\n"]);
  const up = await isthmus("up", "cascadia");
  expect(up, up.text).toMatchObject({ status: 3, text: expect.stringContaining("these are there already") });
  expect(up.text).toContain("pangeo-cascadia-extra");
  await expect(aws.signed("GET", `${bucket}?tagging`, region)).rejects.toThrow("NoSuchTagSet");
  await aws.signed("DELETE", `${bucket}/theirs.txt`, region);
  const empty = await isthmus("up", "cascadia");
  expect(empty, empty.text).toMatchObject({ status: 0, text: expect.stringContaining("1 taken over") });
});

/** Removes all versions of all objects. */
async function emptied(bucket: string): Promise<void> {
  const list = await aws.signed("GET", `${bucket}?versions`, region);
  const found = [...list.matchAll(/<Key>([^<]+)<\/Key>\s*<VersionId>([^<]+)</g)];
  expect(found.length).toBeGreaterThan(0);
  for (const [, key, version] of found) await aws.signed("DELETE", `${bucket}/${key}?versionId=${version}`, region);
}
