import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, type Equal, type Mocked, madeOnMocks } from "../aws/mocked";
import { resourcesOf } from "../aws/policies";
import { type GoogleEngine, googleEngine } from "../google/engine";
import { exampleStacks } from "../stacks/synth-example";

let folder: string;
let stacks: ReadonlyMap<string, string>;
let engine: GoogleEngine | string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-google-mocked-"));
  engine = await googleEngine(folder);
  if (typeof engine !== "string") stacks = exampleStacks(folder, "config/federations/google");
});
afterAll(() => rmSync(folder, { recursive: true }));

const email = (accountId: unknown) => `${accountId}@mocked.iam.gserviceaccount.com`;
const member = (accountId: unknown) => `serviceAccount:${email(accountId)}`;
const text = (value: unknown) => JSON.stringify(value);

/** Service accounts answer by what they are called, so that what refers to one is seen to refer to that one. */
function answers(json: string): Answer[] {
  return [...resourcesOf(json)].flatMap(([target, { account_id: id }]) =>
    target.startsWith("google_service_account.")
      ? [
          {
            target,
            values: { email: email(id), member: member(id), name: `projects/mocked/serviceAccounts/${email(id)}` },
          },
        ]
      : [],
  );
}

const agents = ["google_storage_project_service_account", "google_storage_transfer_project_service_account"];

/** Agents of Google's, where the real schema takes not any text; budgets are asked for in the name of a project. */
const mocked = [
  { mock_data: Object.fromEntries(agents.map((type) => [type, { defaults: { member: member("agent") } }])) },
  { alias: "billing" },
];

/** Makes what of stacks is Google's, and asks then whether these are equal. */
function made(name: string, expected: Readonly<Record<string, readonly Equal[]>>) {
  const found = engine as GoogleEngine;
  const asked = Object.entries(expected).map(([stack, equal]) => [stack, { json: stacks.get(stack) ?? "", equal }]);
  const provider: Mocked = { cloud: "google", version: found.version, mock_provider: mocked, answers };
  return madeOnMocks(found, join(folder, name), provider, Object.fromEntries(asked));
}

/** Addresses of a stack's resources of a type. */
function addresses(stack: string, type: string): string[] {
  return [...resourcesOf(stacks.get(stack) ?? "{}").keys()].filter((at) => at.startsWith(`${type}.`));
}

/** What must be once a cluster is made: its pools are its own, and their machines are the site's account. */
function pools(stack: string, federation: string): Equal[] {
  const [cluster = ""] = addresses(stack, "google_container_cluster");
  const site = stack.replace("-cluster", "");
  return addresses(stack, "google_container_node_pool").flatMap((pool): Equal[] => [
    [`${pool}.cluster`, `${cluster}.name`],
    [`${pool}.node_config[0].service_account`, text(email(`${federation}-${site}-node`))],
  ]);
}

/** What pods of a program may be is the account that is named after it. */
function programs(stack: string, names: Readonly<Record<string, string>>): Equal[] {
  return Object.entries(names).map(([id, account]): Equal => {
    const [binding = ""] = addresses(stack, "google_service_account_iam_member").filter((at) => at.includes(`.${id}_`));
    return [`${binding}.service_account_id`, text(`projects/mocked/serviceAccounts/${email(account)}`)];
  });
}

/** Whoever reads what is public reads that bucket. */
const anybody = (stack: string): Equal[] =>
  addresses(stack, "google_storage_bucket_iam_member")
    .filter((at) => at.includes("_anybody_"))
    .map((at) => [
      `${at}.bucket`,
      text(`pangeo-${stack.replace("-lake", "")}-${/bucket-(\w+)_anybody/.exec(at)?.[1]}`),
    ]);

const expected: Readonly<Record<string, () => Equal[]>> = {
  "plains-cluster": () => pools("plains-cluster", "pangeo"),
  "steppe-cluster": () => pools("steppe-cluster", "pangeo"),
  "plains-services": () =>
    programs("plains-services", {
      "cert-manager-identity_pods": "pangeo-plains-cert-manager",
      "external-dns-identity_pods": "pangeo-plains-external-dns",
      identity_pods: "pangeo-plains-scratch-expiry",
    }),
  "plains-lake": () => anybody("plains-lake"),
  "prairie-lake": () => [
    ...anybody("prairie-lake"),
    ...addresses("prairie-lake", "google_kms_crypto_key_iam_member").map(
      (at): Equal => [`${at}.member`, text(member("agent"))],
    ),
  ],
};

test("every stack of the sites is made whole with its provider mocked, and what refers to something refers to the right one", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  for (const [name, equal] of Object.entries(expected)) expect(equal(), name).not.toEqual([]);
  const all = Object.fromEntries([...stacks.keys()].map((name) => [name, expected[name]?.() ?? []]));
  const { status, text: told } = await made("all", all);
  expect(status, told).toBe(0);
  expect(told).toContain(`Success! ${stacks.size} passed, 0 failed.`);
});

test("what is not so is told", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const [disk = ""] = addresses("plains-homes", "google_compute_disk");
  const { status, text: told } = await made("wrong", { "plains-homes": [[`${disk}.size`, "1"]] });
  expect(status).toBe(1);
  expect(told).toContain(`${disk}.size is not 1`);
});
