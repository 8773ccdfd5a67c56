import { expect, test } from "vitest";
import {
  awsEndpoint,
  ecrHost,
  homeFileSystemName,
  hubDirectory,
  lakeKeyAlias,
  mirrorsRoleName,
  privateSubnetName,
} from "../../config/aws-names";
import {
  artifactRegistryHost,
  filestoreShare,
  gcsLockKey,
  gcsStateKey,
  gcsStatePrefix,
  gkePoolName,
  googleAccountEmail,
  googleAccountId,
  homeDiskName,
  homeFilestoreName,
  homeVaultName,
  transferAgent,
} from "../../config/google-names";
import {
  bucketName,
  bucketVariable,
  datasetPath,
  fitted,
  homeFolder,
  hubPath,
  imageCachePrefix,
  recordKey,
  reservedPages,
  reservedParts,
  reservedPaths,
  sharedFolders,
  stackName,
  stateKey,
  stateRoot,
  userPrefix,
} from "../../config/names";
import { id } from "../../config/schema/fields";

const long = "abcdefghijklmnopqrstuvwxyz-0123";

/** Names are part of `format: 1`. A line may be added here, never changed: a changed name is a replaced bucket, a lost home. */
test.each([
  [bucketName("demo", "east", "library"), "demo-east-library"],
  [bucketName("demo", "east", "a-b"), "demo-east-a-b"],
  [bucketName(long, "east", long), "abcdefghijklmnopqrstuvwxyz-0123-east-abcdefghijklmnopq-725b23b6"],
  [stackName("east", "base"), "east-base"],
  [stackName("east", "prod"), "east-prod"],
  [stateRoot("demo"), "demo"],
  [stateRoot("demo", "platforms/open"), "platforms/open/demo"],
  [stateKey("open/demo", "east-prod"), "open/demo/east-prod.tfstate"],
  [gcsStatePrefix("open/demo", "east-prod"), "open/demo/east-prod"],
  [gcsStateKey("open/demo", "east-prod"), "open/demo/east-prod/default.tfstate"],
  [gcsLockKey("open/demo", "east-prod"), "open/demo/east-prod/default.tflock"],
  [recordKey("open/demo", "east-prod"), "open/demo/index/east-prod.json"],
  [hubPath("east", "prod", 8610), "/east-8610/prod/"],
  [datasetPath("zarr", "hadcm3-a1b"), "/zarr/hadcm3-a1b.zarr"],
  [datasetPath("icechunk", "sst"), "/icechunk/sst"],
  [datasetPath("cog", "dem"), "/files/dem"],
  [datasetPath("references", "goes"), "/files/goes"],
  [awsEndpoint("us-west-2"), "https://s3.us-west-2.amazonaws.com"],
  [mirrorsRoleName("pangeo", "cascadia"), "pangeo-cascadia-mirrors"],
  [transferAgent("210987654321"), "project-210987654321@storage-transfer-service.iam.gserviceaccount.com"],
  [lakeKeyAlias("pangeo", "cascadia"), "alias/pangeo-cascadia-lake"],
  [bucketVariable("scratch"), "SCRATCH_BUCKET"],
  [bucketVariable("team-a"), "TEAM_A_BUCKET"],
  [userPrefix("alice"), "alice"],
  [userPrefix("alice@cascadia.example"), "alice-cascadia-example--fcd9cde6"],
  [userPrefix("Alice@cascadia.example"), "alice-cascadia-example--ad3cfd88"],
  [userPrefix("a--b"), "a-b--90827a2e"],
  [userPrefix("1st"), "1st--e01ddf65"],
  [homeFolder("prod", "alice"), "prod.alice"],
  [sharedFolders, "shared"],
  [homeFileSystemName("pangeo", "cascadia", "main"), "pangeo-cascadia-homes-main"],
  [homeFileSystemName(long, "cascadia", long), "abcdefghijklmnopqrstuvwxyz-0123-cascadia-homes-abcdefgh-e04cf6c4"],
  [hubDirectory("prod"), "/prod"],
  [imageCachePrefix("pangeo", "cascadia", "quay.io"), "pangeo-cascadia-quay"],
  [imageCachePrefix("pangeo", "cascadia", "registry.k8s.io"), "pangeo-cascadia-k8s"],
  [imageCachePrefix(long, "cascadia", "docker.io"), "abcdefghijklmnopqrstu-dcbcaacd"],
  [ecrHost("111122223333", "us-west-2"), "111122223333.dkr.ecr.us-west-2.amazonaws.com"],
  [googleAccountId("pangeo", "plains", "node"), "pangeo-plains-node"],
  [googleAccountId(long, "plains", "node"), "abcdefghijklmnopqrstu-0fe4fa6e"],
  [
    googleAccountEmail("plains-pangeo", "pangeo-plains-node"),
    "pangeo-plains-node@plains-pangeo.iam.gserviceaccount.com",
  ],
  [gkePoolName("dask", "0a1b2c"), "dask-0a1b2c"],
  [gkePoolName(`${long}-full`, "0a1b2c"), "abcdefghijklmnopqrstuvwxyz-0123-173d96d0"],
  [homeDiskName("pangeo", "plains", "main"), "pangeo-plains-homes-main"],
  [homeDiskName(long, "plains", long), "abcdefghijklmnopqrstuvwxyz-0123-plains-8f9faab4"],
  [homeFilestoreName("pangeo", "plains", "main"), "pangeo-plains-homes-main"],
  [homeFilestoreName(long, "plains", long), "abcdefghijklmnopqrstuvwxyz-0123-plains-homes-abcdefghi-8f9faab4"],
  [filestoreShare, "homes"],
  [homeVaultName("pangeo", "plains"), "pangeo-plains-homes"],
  [homeVaultName(long, long), "abcdefghijklmnopqrstuvwxyz-0123-abcdefghijklmnopqrstuv-e5159178"],
  [artifactRegistryHost("plains-pangeo", "us-central1"), "us-central1-docker.pkg.dev/plains-pangeo"],
  [privateSubnetName("pangeo-cascadia", "us-west-2a"), "pangeo-cascadia-private-us-west-2a"],
])("%s", (name, golden) => {
  expect(name).toBe(golden);
});

test("words that stay reserved", () => {
  expect(reservedParts).toEqual(
    expect.arrayContaining(["lake", "homes", "cluster", "services", "catalog", "grants", "backups", "base"]),
  );
  expect(reservedPaths).toEqual(
    expect.arrayContaining(["zarr", "icechunk", "files", "edr", "stac", "intake", "healthz"]),
  );
  expect(reservedPages).toEqual(expect.arrayContaining(["catalog.json", "collections", "search"]));
});

test("a bucket's name has 3 to 63 characters that S3 and GCS allow", () => {
  for (const [federation, site, bucket] of [
    ["a", "b", "c"],
    [long, long, long],
    ["x-1", long, "b"],
    [long, "s", "b-1"],
  ] as const) {
    const name = bucketName(federation, site, bucket);
    expect(name).toMatch(/^[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9]))+$/);
    expect(name.length).toBeGreaterThanOrEqual(3);
    expect(name.length).toBeLessThanOrEqual(63);
  }
});

test("shortening keeps different names apart and never ends a part in two hyphens", () => {
  const names = ["a", "b", "c"].map((end) => bucketName(long, long, `${long.slice(0, 30)}${end}`));
  expect(new Set(names).size).toBe(3);
  expect(fitted("a".repeat(63), 63)).toBe("a".repeat(63));
  expect(fitted(`${"a".repeat(53)}-${"b".repeat(20)}`, 63)).toMatch(/^a{53}-[0-9a-f]{8}$/);
});

test("no two user ids have one prefix, and each fits object keys, URLs and file systems", () => {
  const ids = [
    "alice",
    "Alice",
    "alice@a.example",
    "alice@b.example",
    "alice-a-example",
    "alice.a.example",
    "alice_a_example",
    "alice-a-example--fcd9cde6",
    "ALICE",
    "àlice",
    "alice ",
    "-",
    "@",
    "..",
    "a".repeat(200),
    "a".repeat(201),
    `${"a".repeat(31)}`,
    `${"a".repeat(32)}`,
  ];
  const prefixes = ids.map(userPrefix);
  expect(new Set(prefixes).size).toBe(ids.length);
  for (const prefix of prefixes) expect(prefix).toMatch(/^[a-z0-9-]{1,50}$/);
});

test("homes of two hubs never meet, nor the folder that each shares: no part of a home's name has a dot", () => {
  expect(id.safeParse("prod.a").success).toBe(false);
  expect(userPrefix("a.b")).not.toContain(".");
  const homes = ["a", "a-b", "a-b-c", sharedFolders].flatMap((hub) =>
    ["b", "b-c", "c", "a.b", "b.c", "", "."].map((user) => homeFolder(hub, userPrefix(user))),
  );
  expect(new Set([...homes, sharedFolders]).size).toBe(4 * 7 + 1);
});

test("what a hash makes of one id cannot be written as another", () => {
  const made = userPrefix("alice@cascadia.example");
  expect(userPrefix(made)).not.toBe(made);
});
