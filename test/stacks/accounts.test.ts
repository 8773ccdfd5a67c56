import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { readManifest } from "../../bin/engine/graph";
import {
  allowedByBucket,
  allowedByKey,
  type Guarded,
  type PolicyRole,
  type PolicyStatement,
} from "../aws/iam-decision";
import type { SiteLake } from "./cross-cloud";
import { readableStack } from "./readable";
import { filesBelow, repository, synth } from "./synth-demo";
import { type Change, changed, copyOfExample } from "./synth-example";

let folder: string;
let accounts: Synthesized;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-accounts-"));
  accounts = synthesized();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A site's file, as far as it says who reads what. */
interface Site {
  readonly site: string;
  readonly account: string;
  readonly region: string;
  readonly readsRequesterPays?: boolean;
  readonly lake: SiteLake;
  readonly datasets: Readonly<Record<string, Dataset>>;
  readonly hubs?: Readonly<Record<string, { readonly auth?: { readonly kind: string } }>>;
}

interface Dataset {
  readonly bucket: string;
  readonly path: string;
  readonly access?: "public" | "federation" | { readonly sites?: string[]; readonly groups?: string[] };
  readonly publishers?: readonly string[];
  readonly mirrors?: Readonly<Record<string, { readonly bucket: string }>>;
}

interface Synthesized {
  readonly sites: readonly Site[];
  readonly stacks: ReadonlyMap<string, string>;
  /** Stacks that each one waits for. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
}

/** Synthesizes the example, perhaps with the text of a site changed. */
function synthesized(site = "cascadia", ...changes: readonly Change[]): Synthesized {
  const own = copyOfExample(folder, "accounts");
  for (const [old, then] of changes) {
    const path = join(own, "sites", `${site}.yaml`);
    const text = readFileSync(path, "utf8");
    expect(text).toContain(old);
    writeFileSync(path, text.replace(old, then));
  }
  const output = synth(own);
  const stacks = join(output, "stacks");
  return {
    dependencies: new Map(readManifest(output).map(({ name, dependencies }) => [name, [...dependencies].sort()])),
    sites: readdirSync(join(own, "sites")).map((name) => parse(readFileSync(join(own, "sites", name), "utf8")) as Site),
    stacks: new Map(
      readdirSync(stacks)
        .sort()
        .map((name) => [name, readFileSync(join(stacks, name, "cdk.tf.json"), "utf8")]),
    ),
  };
}

type Resource = Readonly<Record<string, unknown>>;

/** Resources of one type of a stack. */
function resources(text: string | undefined, type: string): Resource[] {
  const { resource } = JSON.parse(text ?? "{}") as { resource?: Readonly<Record<string, Record<string, Resource>>> };
  return Object.values(resource?.[type] ?? {});
}

const statementsOf = (policy: unknown) => (JSON.parse(`${policy}`) as { Statement: PolicyStatement[] }).Statement;

interface Hub {
  readonly site: Site;
  readonly id: string;
  readonly byFederation: boolean;
  readonly role: PolicyRole;
}

function hubsOf({ sites, stacks }: Synthesized): Hub[] {
  return sites.flatMap((site) =>
    Object.entries(site.hubs ?? {}).map(([id, { auth }]) => {
      const stack = stacks.get(`${site.site}-${id}`);
      const [role] = resources(stack, "aws_iam_role");
      const policies = resources(stack, "aws_iam_role_policy");
      const arn = `arn:aws:iam::${site.account}:role/${role?.name}`;
      const statements = policies.flatMap(({ policy }) => statementsOf(policy));
      return { site, id, byFederation: auth === undefined, role: { account: site.account, arn, statements } };
    }),
  );
}

interface Place {
  readonly site: Site;
  readonly id: string;
  readonly name: string;
  readonly bucket: Guarded;
  /** The key that encrypts it. */
  readonly key: Guarded | null;
}

function bucketsOf({ sites, stacks }: Synthesized): Place[] {
  return sites.flatMap((site) => {
    const lake = stacks.get(`${site.site}-lake`);
    const { account } = site;
    const [key] = resources(lake, "aws_kms_key").map(({ policy }) => ({ account, statements: statementsOf(policy) }));
    return Object.entries(site.lake.buckets).map(([id, { existing }]) => {
      const name = existing ?? `strata-${site.site}-${id}`;
      const policies = resources(lake, "aws_s3_bucket_policy").filter(({ policy }) =>
        `${policy}`.includes(`"arn:aws:s3:::${name}"`),
      );
      expect(policies, name).toHaveLength(existing === undefined ? 1 : 0);
      const keyed = resources(lake, "aws_s3_bucket_server_side_encryption_configuration").some(
        (one) => `${one.bucket}`.includes(`.${id}_bucket_`) && JSON.stringify(one).includes("aws:kms"),
      );
      const statements = policies.flatMap(({ policy }) => statementsOf(policy));
      return { site, id, name, bucket: { account, statements }, key: keyed && key ? key : null };
    });
  });
}

/** What a hub's people may do with an object and its bucket, by the policies of all stacks. */
function can({ role }: Hub, { name, site, bucket, key }: Place, path: string) {
  const arn = `arn:aws:s3:::${name}`;
  const inBucket = (action: string, resource: string) =>
    allowedByBucket({ role, action, resource, context: { "s3:prefix": path } }, bucket);
  const withKey = (action: string) => {
    if (key === null) return true;
    const context = {
      "kms:ViaService": `s3.${site.region}.amazonaws.com`,
      "kms:EncryptionContext:aws:s3:arn": arn,
    };
    const resource = `arn:aws:kms:${site.region}:${site.account}:key/0`;
    return allowedByKey({ role, action, resource, context }, key);
  };
  return {
    list: inBucket("s3:ListBucket", arn),
    read: inBucket("s3:GetObject", `${arn}/${path}`) && withKey("kms:Decrypt"),
    write: inBucket("s3:PutObject", `${arn}/${path}`) && withKey("kms:GenerateDataKey") && withKey("kms:Decrypt"),
  };
}

const nothing = { list: false, read: false, write: false };
const reading = { list: true, read: true, write: false };
const writing = { list: true, read: true, write: true };

/** The same by the words of the config. */
function told(hub: Hub, { site, id, name }: Place): { path: string; may: typeof nothing } {
  const own = hub.site.site === site.site;
  const { purpose, public: open, existing, requesterPays } = site.lake.buckets[id] ?? { purpose: "" };
  if (purpose !== "library") {
    const path = `${hub.byFederation ? "" : `${hub.id}/`}ann/x`;
    return { path, may: own ? writing : nothing };
  }
  const [dataset] = Object.values(site.datasets).filter(({ bucket }) => bucket === id);
  const path = `${dataset?.path ?? name}/0`;
  if (own && dataset?.publishers?.includes(hub.id)) return { path, may: writing };
  if (open) return { path, may: reading };
  const access = dataset?.access ?? { sites: [site.site] };
  const meant =
    access === "federation" || (typeof access === "object" && !access.groups && access.sites?.includes(hub.site.site));
  const sameAccount = hub.site.account === site.account;
  const letIn = sameAccount || (existing === undefined && (!requesterPays || hub.site.readsRequesterPays === true));
  return { path, may: meant && hub.byFederation && letIn ? reading : nothing };
}

/** Each pair of a hub and a bucket of the federation. */
function pairs(of: Synthesized) {
  return hubsOf(of).flatMap((hub) => bucketsOf(of).map((place) => ({ hub, place })));
}

const matrix = (of: Synthesized, decide: (hub: Hub, place: Place) => typeof nothing) =>
  Object.fromEntries(
    pairs(of).map(({ hub, place }) => [`${hub.site.site}-${hub.id} ${place.name}`, decide(hub, place)]),
  );

const byPolicies = (of: Synthesized) => matrix(of, (hub, place) => can(hub, place, told(hub, place).path));
const byConfig = (of: Synthesized) => matrix(of, (hub, place) => told(hub, place).may);

test("lakes of two accounts, and what S3 copies between them: each stack as reviewed", async () => {
  const lakes = [...accounts.stacks].filter(([name]) => /-(lake|grants)$/.test(name));
  for (const [name, text] of lakes)
    await expect(readableStack(text)).toMatchFileSnapshot(join(repository, "test/golden/accounts", `${name}.json`));
  const golden = [...filesBelow(join(repository, "test/golden/accounts")).keys()];
  expect(golden).toEqual(lakes.map(([name]) => `${name}.json`));
  expect([...accounts.stacks.values()].join("")).not.toContain("terraform_remote_state");
});

test("every hub may do with every bucket what the config says, by the policies of both ends, and nothing else", () => {
  const found = byPolicies(accounts);
  expect(Object.keys(found)).toHaveLength(4 * 12);
  expect(found).toEqual(byConfig(accounts));
  expect(found).toMatchObject({
    "cascadia-prod strata-delta-tides": reading, // another account, encrypted by its key
    "rhine-prod strata-delta-tides": reading, // another site of the account
    "cascadia-prod strata-delta-surveys": reading,
    "rhine-prod strata-delta-surveys": nothing,
    "rhine-staging strata-cascadia-joint": reading,
    "cascadia-prod strata-cascadia-joint": writing,
    "cascadia-workshop strata-cascadia-drafts": nothing,
    "cascadia-workshop strata-rhine-library": reading, // public
    "cascadia-prod strata-rhine-forecasts": nothing,
    "rhine-prod strata-cascadia-internal": nothing,
    "rhine-prod delta-archive": reading,
  });
});

test("another word of who may read changes both ends together", () => {
  for (const [site, ...change] of [
    ["delta", "access: federation", "access: { sites: [rhine] }"],
    ["cascadia", "access: { sites: [cascadia, rhine] }", "access: { sites: [cascadia] }"],
    [
      "cascadia",
      "path: snowpack, kind: icechunk, license: CC-BY-4.0, access: federation",
      "path: snowpack, kind: icechunk, license: CC-BY-4.0, access: { sites: [cascadia] }",
    ],
    ["cascadia", "drafts: { purpose: library }", "drafts: { purpose: library, requesterPays: true }"],
    [
      "rhine",
      'allow: { users: ["ops@rhine.example"] }',
      "auth: { kind: github, client: { id: c, secret: { env: S } } }, allow: { users: [ops] }",
    ],
  ] as const) {
    const other = synthesized(site, change);
    const found = byPolicies(other);
    expect(found).toEqual(byConfig(other));
    if (site !== "rhine") expect(found).not.toEqual(byPolicies(accounts));
  }
});

test("a hub of another account that comes changes the lakes that it reads, and no hub", () => {
  const hub = "hubs:\n  course: { allow: { idps: [rhine.example] } }\n";
  const more = synthesized("rhine", ["hubs:\n", hub]);
  const stacks = changed(accounts.stacks, more.stacks).filter((name) => !/-(services|catalog|cluster)$/.test(name));
  expect(stacks).toEqual(["cascadia-lake", "rhine-course"]);
});

/** Roles by which S3 copies what is a site's. */
function copyingRoles({ sites, stacks }: Synthesized): { site: string; role: PolicyRole }[] {
  return sites.flatMap(({ site, account }) =>
    resources(stacks.get(`${site}-grants`), "aws_iam_role").map(({ name }) => {
      const policies = resources(stacks.get(`${site}-grants`), "aws_iam_role_policy");
      const statements = policies.flatMap(({ policy }) => statementsOf(policy));
      return { site, role: { account, arn: `arn:aws:iam::${account}:role/${name}`, statements } };
    }),
  );
}

/** Copies as the config tells them: `SITE BUCKET PATH`, the site of the dataset and the bucket of the copy. */
function copiesTold({ sites }: Synthesized): string[] {
  return sites.flatMap(({ site, datasets }) =>
    Object.values(datasets).flatMap(({ path, mirrors = {} }) =>
      Object.entries(mirrors).map(([to, { bucket }]) => `${site} strata-${to}-${bucket} ${path}`),
    ),
  );
}

test("S3 copies each dataset where the config says, by the policies of both ends, and writes nowhere else", () => {
  const paths = accounts.sites.flatMap(({ datasets }) => Object.values(datasets).map(({ path }) => path));
  const can = (role: PolicyRole, { bucket, name }: Place, action: string, path: string) =>
    allowedByBucket({ role, action, resource: `arn:aws:s3:::${name}/${path}/0`, context: {} }, bucket);
  const found = (action: string) =>
    copyingRoles(accounts).flatMap(({ site, role }) =>
      bucketsOf(accounts).flatMap((place) =>
        paths.filter((path) => can(role, place, action, path)).map((path) => `${site} ${place.name} ${path}`),
      ),
    );
  expect(copiesTold(accounts)).toHaveLength(3);
  expect(found("s3:ReplicateObject").sort()).toEqual(copiesTold(accounts).sort());
  expect(found("s3:ReplicateDelete").sort()).toEqual(copiesTold(accounts).sort());
  expect(found("s3:GetObjectVersionForReplication")).toEqual([
    "cascadia strata-cascadia-library era5/monthly",
    "rhine strata-rhine-library levels",
  ]);
  expect([...found("s3:PutObject"), ...found("s3:DeleteObject")]).toEqual([]);
  for (const { hub, place } of pairs(accounts))
    for (const path of paths) expect(can(hub.role, place, "s3:ReplicateObject", path)).toBe(false);
});

test("copies of another account become its own; where each goes, and what begins with what", () => {
  const rules = [...accounts.stacks.values()].flatMap((text) =>
    resources(text, "aws_s3_bucket_replication_configuration").flatMap(({ rule }) => rule as object[]),
  );
  const abroad = (account: string) => ({ account, access_control_translation: { owner: "Destination" } });
  expect(rules).toEqual([
    {
      ...{ id: "era5-monthly-at-rhine", priority: 0, status: "Enabled", filter: { prefix: "era5/monthly/" } },
      delete_marker_replication: { status: "Enabled" },
      destination: { bucket: "arn:aws:s3:::strata-rhine-library", ...abroad("444455556666") },
    },
    {
      ...{ id: "river-levels-at-cascadia", priority: 0, status: "Enabled", filter: { prefix: "levels" } },
      delete_marker_replication: { status: "Enabled" },
      destination: { bucket: "arn:aws:s3:::strata-cascadia-library", ...abroad("111122223333") },
    },
    {
      ...{ id: "river-levels-at-delta", priority: 1, status: "Enabled", filter: { prefix: "levels" } },
      delete_marker_replication: { status: "Enabled" },
      destination: { bucket: "arn:aws:s3:::strata-delta-copies" },
    },
  ]);
});

test("copies are set up after the lakes of the account, and wait for nobody of another one", () => {
  const dependencies = (stack: string) => accounts.dependencies.get(stack);
  expect(dependencies("cascadia-grants")).toEqual(["cascadia-lake"]);
  expect(dependencies("rhine-grants")).toEqual(["delta-lake", "rhine-lake"]);
  expect(dependencies("cascadia-lake")).toEqual([]);
});

test("who pays for its reads is told by the bucket, and GDAL only where the config says that the site pays", () => {
  const payment = [...accounts.stacks.values()].flatMap((text) =>
    resources(text, "aws_s3_bucket_request_payment_configuration"),
  );
  expect(payment).toMatchObject([
    { bucket: expect.stringContaining("aws_s3_bucket.surveys_bucket_"), payer: "Requester" },
  ]);
  const pays = [...accounts.stacks].filter(([, text]) => text.includes("AWS_REQUEST_PAYER")).map(([name]) => name);
  expect(pays).toEqual(["cascadia-prod"]);
});

test("no policy names a role: it may not be there yet", () => {
  const principals = [...accounts.stacks.values()].flatMap((text) =>
    [...resources(text, "aws_s3_bucket_policy"), ...resources(text, "aws_kms_key")].flatMap(({ policy }) =>
      (policy === undefined ? [] : statementsOf(policy)).flatMap(({ Principal }) =>
        typeof Principal === "object" ? (Principal.AWS ?? []) : [],
      ),
    ),
  );
  expect(principals.length).toBeGreaterThan(4);
  for (const principal of principals) expect(principal).toMatch(/^arn:aws:iam::\d{12}:root$/);
});

test("clients are told which datasets they read beside those with a link", () => {
  const readsOf = (stack: string) => {
    const [, list = ""] = /\\+"reads\\+": (\[[^\]]*\])/.exec(accounts.stacks.get(stack) ?? "") ?? [];
    return list
      .replaceAll(/\\+n\s*|\\+"|[[\]]/g, "")
      .split(",")
      .filter(Boolean);
  };
  expect(readsOf("cascadia-prod")).toEqual(["snowpack-drafts", "joint-runs", "tides", "surveys"]);
  expect(readsOf("rhine-prod")).toEqual(["forecasts", "snowpack-drafts", "joint-runs", "tides", "soundings"]);
  expect(readsOf("cascadia-workshop")).toEqual([]);
});
