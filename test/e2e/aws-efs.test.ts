import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsEngine, awsEngine, override } from "../aws/engine";
import { FakeEks } from "../aws/fake-eks";
import { offlineStacks, stackIn, startIsthmus, writeOverrides } from "../aws/isthmus";
import { StackFolder } from "../aws/stack-folder";

const repository = join(__dirname, "../..");
const stacks = ["cascadia-homes", "cascadia-cluster"];

let folder: string;
let engine: AwsEngine | string;
let aws: FakeEks;
/** Those that stand on the file system, the last to go first. */
let parts: readonly StackFolder[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-aws-efs-"));
  cpSync(join(repository, "config/federations/clouds"), folder, { recursive: true });
  edit("main: { quota: 100Gi, size: 2Ti }", "main: { kind: efs, coldAfterDays: 30 }");
  engine = await awsEngine(folder);
  if (typeof engine === "string") return;
  aws = await FakeEks.start("111122223333", "us-west-2");
  writeOverrides(folder, stacks, override);
});
afterAll(async () => {
  await aws?.stop();
  rmSync(folder, { recursive: true });
});

function edit(old: string, then: string): void {
  const path = join(folder, "sites/cascadia.yaml");
  const text = readFileSync(path, "utf8");
  expect(text).toContain(old);
  writeFileSync(path, text.replace(old, then));
}

const isthmus = (...args: string[]) => startIsthmus(engine as AwsEngine, folder, aws.environment, args).ended;

async function done(told: string, ...args: string[]): Promise<void> {
  const ended = await isthmus(...args);
  expect(ended, ended.text).toMatchObject({ status: 0, text: expect.stringContaining(told) });
}

const files = async <T>(path: string) => JSON.parse(await aws.request("elasticfilesystem", "GET", path)) as T;

interface FileSystem {
  readonly FileSystemId: string;
  readonly Encrypted: boolean;
  readonly ThroughputMode: string;
}

const fileSystems = async () => (await files<{ FileSystems: FileSystem[] }>("/2015-02-01/file-systems")).FileSystems;

test("the real provider accepts homes on EFS and a cache of images, and plans them without any API", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  const site = readFileSync(join(folder, "sites/cascadia.yaml"), "utf8");
  const secret = "arn:aws:secretsmanager:us-west-2:111122223333:secret:ecr-pullthroughcache/hub-a1B2c3";
  const key = '  kubernetes: "1.35"\n';
  edit(key, `${key}  imageCache: { quay.io: anonymous, docker.io: { awsSecret: "${secret}" } }\n`);
  const planned = offlineStacks(engine, folder, stacks);
  writeFileSync(join(folder, "sites/cascadia.yaml"), site);
  const added: (string | undefined)[] = [];
  for (const stack of planned) {
    await stack.must("init", "-input=false");
    expect(JSON.parse(await stack.must("validate", "-json"))).toMatchObject({ valid: true, error_count: 0 });
    const plan = await stack.must("plan", "-no-color", "-input=false");
    added.push(/Plan: (\d+) to add, 0 to change, 0 to destroy\./.exec(plan)?.[1]);
  }
  expect(added).toEqual(["3", "86"]);
});

test("the file system is made as it is told, and a second up changes nothing", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  await done("3 made", "up", "cascadia-homes");
  await done("1 unchanged", "up", "cascadia-homes");
  const [one, ...others] = await fileSystems();
  expect(others).toEqual([]);
  expect(one).toMatchObject({ Encrypted: true, ThroughputMode: "elastic" });
  const of = `/2015-02-01/file-systems/${one?.FileSystemId}`;
  expect(await files(`${of}/lifecycle-configuration`)).toEqual({
    LifecyclePolicies: [{ TransitionToIA: "AFTER_30_DAYS" }, { TransitionToPrimaryStorageClass: "AFTER_1_ACCESS" }],
  });
  expect(await files(`${of}/backup-policy`)).toMatchObject({ BackupPolicy: { Status: "ENABLED" } });
});

/** What of a stack is EFS's, in a directory of its own: the mirror has no providers of Kubernetes. */
function efsPart(stack: string): StackFolder {
  const whole = JSON.parse(readFileSync(join(stackIn(folder, stack), "cdk.tf.json"), "utf8")) as {
    provider: { aws: object[] };
    data?: Record<string, object>;
    resource: Record<string, object>;
  };
  const kept = (all: Record<string, object> = {}) =>
    Object.fromEntries(
      Object.entries(all).filter(([type]) => /^aws_(efs|eks_cluster$|subnet$|security_group$)/.test(type)),
    );
  const part = {
    terraform: override.terraform,
    provider: { aws: whole.provider.aws.map((one) => ({ ...one, ...override.provider.aws[0] })) },
    data: kept(whole.data),
    resource: kept(whole.resource),
  };
  return new StackFolder(engine as AwsEngine, join(folder, "parts", stack), aws.environment).write(
    "main.tf.json",
    part,
  );
}

async function applied(part: StackFolder, ...more: string[]): Promise<string> {
  await part.must("init", "-no-color", "-input=false");
  return part.must("apply", "-no-color", "-input=false", "-auto-approve", ...more);
}

test("services open it to nodes in each zone, and a hub mounts a directory of its own", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  await done("made", "up", "cascadia-cluster");
  await done("1 unchanged", "up", "cascadia-cluster");
  const addOns = await aws.eks<{ addons: string[] }>("/clusters/pangeo-cascadia/addons");
  expect(addOns.addons).toContain("aws-efs-csi-driver");
  const [services, prod] = [efsPart("cascadia-services"), efsPart("cascadia-prod")];
  parts = [prod, services];
  expect(await applied(services)).toContain("3 added");
  expect(await applied(services)).toContain("No changes");
  expect(await applied(prod)).toContain("1 added");
  expect(await applied(prod)).toContain("No changes");
  const [one] = await fileSystems();
  const id = one?.FileSystemId ?? "";
  const { MountTargets: targets } = await files<{ MountTargets: { AvailabilityZoneName: string }[] }>(
    `/2015-02-01/mount-targets?FileSystemId=${id}`,
  );
  expect(targets.map((target) => target.AvailabilityZoneName).sort()).toEqual(["us-west-2a", "us-west-2b"]);
  expect(await files(`/2015-02-01/access-points?FileSystemId=${id}`)).toMatchObject({
    AccessPoints: [{ PosixUser: { Uid: 1000, Gid: 1000 }, RootDirectory: { Path: "/prod" } }],
  });
});

test("homes that are edited out of the config stay, and go where that is agreed to", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const site = readFileSync(join(folder, "sites/cascadia.yaml"), "utf8");
  edit("  main: { kind: efs", "  team: { kind: efs");
  edit("home: main", "home: team");
  const refused = await isthmus("up", "cascadia-homes", "--yes");
  expect(refused.status, refused.text).toBe(3);
  expect(refused.text).toMatch(/delete aws_efs_file_system\.main, and with it every file on it/);
  writeFileSync(join(folder, "sites/cascadia.yaml"), site);
  for (const part of parts) expect(await applied(part, "-destroy")).toContain("destroyed");
  const down = await isthmus("down", "cascadia-homes", "--yes");
  expect(down.status, down.text).toBe(3);
  await done("", "down", "cascadia-homes", "--yes", "--destroy", "aws_efs_file_system.main");
  expect(await fileSystems()).toEqual([]);
});
