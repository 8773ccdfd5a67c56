import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsEngine, awsEngine, override } from "../aws/engine";
import { FakeEks } from "../aws/fake-eks";
import { childrenOf, startIsthmus, writeOverrides } from "../aws/isthmus";
import { KeptAnswer, type Kind } from "../aws/kept-answer";
import { inventory } from "./aws-cluster/account";

const repository = join(__dirname, "../..");
const stack = "cascadia-cluster";
const cluster = "/clusters/pangeo-cascadia";

/** What the engine asks for when it makes or removes something. */
const form = (action: string): Kind => ({ method: "POST", path: "", says: `Action=${action}&` });
const target = (says: string): Kind => ({ method: "POST", path: "", says });
const eks = (method: string, path: string): Kind => ({ method, path });

let folder: string;
let engine: AwsEngine | string;
let aws: FakeEks;
let empty: Awaited<ReturnType<typeof inventory>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-aws-interrupted-"));
  cpSync(join(repository, "config/federations/clouds"), folder, { recursive: true });
  engine = await awsEngine(folder);
  if (typeof engine === "string") return;
  aws = await FakeEks.start("111122223333", "us-west-2");
  empty = await inventory(aws);
  writeOverrides(folder, [stack, "cascadia-homes"], override);
});
afterAll(async () => {
  await aws?.stop();
  rmSync(folder, { recursive: true });
});

const begin = (args: readonly string[], url = aws.url) =>
  startIsthmus(engine as AwsEngine, folder, { ...aws.environment, AWS_ENDPOINT_URL: url }, args);
const isthmus = (...args: string[]) => begin(args).ended;

/** Runs it, and expects that it ends well. */
async function done(...args: string[]): Promise<string> {
  const ended = await isthmus(...args);
  expect(ended, ended.text).toMatchObject({ status: 0 });
  return ended.text;
}

/** Kills the engine when AWS has done each of these once, before the engine heard of any. */
async function cutOff(kinds: readonly Kind[], ...args: string[]): Promise<void> {
  const api = await KeptAnswer.of(aws.url, kinds);
  const { child, ended } = begin(args, api.url);
  const first = await Promise.race([api.kept, ended]);
  expect(first, first?.text).toBeUndefined();
  for (const pid of childrenOf(child.pid)) process.kill(pid, "SIGKILL");
  const killed = await ended;
  await api.stop();
  expect(killed, killed.text).toMatchObject({ status: 3, text: expect.stringContaining("SIGKILL") });
}

/** How many of each kind there are that there were not at first. */
async function counts(): Promise<Record<string, number>> {
  const now = await inventory(aws);
  return Object.fromEntries(Object.entries(now).map(([kind, ids]) => [kind, ids.length - (empty[kind]?.length ?? 0)]));
}

/** The flags with which a refusal says that it can be agreed to. */
const agreed = (text: string) =>
  [...new Set([...text.matchAll(/--destroy '([^']+)'/g)].map(([, address = ""]) => address))].flatMap((address) => [
    "--destroy",
    address,
  ]);

test("a down after an up that was cut off takes along what no state tells of", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  await cutOff([form("CreateVpc"), target("TrentService.CreateKey"), target("CreateBudget")], "up", stack);
  const down = ["down", "cascadia", "--yes"];
  const refused = await isthmus(...down);
  expect(refused.status, refused.text).toBe(3);
  expect(refused.text).toContain("taken over");
  await done(...down, ...agreed(refused.text));
  expect(await inventory(aws)).toEqual(empty);
});

test("a disk of homes and its snapshots' policy that the state does not know are taken over, not made twice", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  await cutOff([form("CreateVolume"), form("CreateRole")], "up", "cascadia-homes");
  expect(await done("up", "cascadia-homes")).toContain("2 taken over");
  await cutOff([form("CreateVpc"), form("CreateLaunchTemplate"), target("TrentService.CreateKey")], "up", stack);
  expect(await counts()).toMatchObject({ disks: 1, policies: 1, networks: 1 });
});

test("an engine that was killed again and again at the cluster: ups go on, and each thing is there once", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  // Each waits for the one before, so none is there before its turn. One kind at a time: an apply that stumbles over a role of the last
  // one ends first, which it would not while another answer is kept.
  await cutOff([eks("POST", "/clusters")], "up", stack);
  await cutOff([eks("POST", `${cluster}/addons`)], "up", stack);
  await cutOff([eks("POST", `${cluster}/node-groups`)], "up", stack);
  expect(await done("up", stack)).toMatch(/[1-9] taken over/);
  expect(await done("up", stack)).toContain("1 unchanged");
  expect(await counts()).toMatchObject({
    networks: 1,
    gateways: 1,
    nat: 1,
    addresses: 1,
    keys: 1,
    clusters: 1,
    budgets: 1,
  });
});

test("an engine that was killed while it destroyed: the next down finishes, and nothing is left", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const refused = await isthmus("down", stack, "--yes");
  expect(refused.status, refused.text).toBe(3);
  const down = ["down", stack, "--yes", ...agreed(refused.text)];
  await cutOff([form("DeleteNatGateway")], ...down);
  await done(...down);
  expect(await counts()).toMatchObject({
    networks: 0,
    nat: 0,
    addresses: 0,
    keys: 0,
    clusters: 0,
    templates: 0,
    roles: 1,
  });
});
