import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { policyDocuments } from "../aws/policies";
import { pythonEnvironment } from "../python-environment";
import { repository } from "./synth-demo";
import { exampleStacks } from "./synth-example";

let folder: string;
let python: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-linted-"));
  python = pythonEnvironment("parliament", readFileSync(join(repository, "test/aws/parliament.txt"), "utf8"));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

interface Finding {
  readonly name: string;
  readonly issue: string;
  readonly severity: string;
  readonly detail: string;
}

interface Named {
  readonly name: string;
  readonly document: string;
}

function linted(documents: readonly Named[]): Finding[] {
  const program = join(repository, "test/aws/lint_policies.py");
  const { status, stdout, stderr } = spawnSync(python, ["-W", "ignore", program], {
    input: JSON.stringify(documents),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Finding[];
}

/** What a role's trust says of the role itself has no resource in it, which the linter misses. */
function ofRole(document: string): string {
  const { Statement, ...rest } = JSON.parse(document) as { Statement: object[] };
  const named = Statement.map((one) =>
    "Resource" in one ? one : { ...one, Resource: "arn:aws:iam::111122223333:role/r" },
  );
  return JSON.stringify({ ...rest, Statement: named });
}

/** Findings that are meant: why. */
const meant = [
  {
    issue: "RESOURCE_MISMATCH",
    detail: /^\[\{'action': 'ecr:BatchImportUpstreamImage', 'required_format': '\*'\}\]$/,
    reason:
      "the linter's tables are older than rights on single repositories for it, with which AWS documents the cache",
  },
  {
    issue: "RESOURCE_STAR",
    detail: /^\['kms:/,
    reason: "in a key's policy, * is the key itself",
  },
  {
    issue: "UNKNOWN_FEDERATION_SOURCE",
    detail: /^arn:aws:iam::\d{12}:oidc-provider\//,
    reason:
      "the linter knows some providers of everybody's by name; a cluster's own is told to the letter in policies.test.ts",
  },
  {
    issue: "UNKNOWN_CONDITION_FOR_ACTION",
    detail: /^Unknown condition \w+:(?:aud|sub) for action sts:AssumeRoleWithWebIdentity$/,
    reason: "so are the conditions, which begin with the provider's name",
  },
  {
    issue: "MISMATCHED_TYPE_BUT_USABLE",
    detail: /StringLike requires a value of type String but given Arn/,
    reason: "AWS documents access points in a file system's policy so, and it compares the same text",
  },
];

const isMeant = ({ issue, detail }: Finding) => meant.some((one) => one.issue === issue && one.detail.test(detail));

test("a linter that knows AWS's actions, resources and conditions finds nothing in any policy", () => {
  const federations = [
    "config/federations/clouds",
    "config/federations/lakes",
    "config/federations/accounts",
    "test/fuzz/examples/eks",
  ];
  const documents = federations.flatMap((federation) =>
    policyDocuments(exampleStacks(folder, federation)).map(({ stack, address, attribute, text }) => ({
      name: `${stack} ${address} ${attribute}`,
      // What only the engine knows is an id there, or the ARN of a file system.
      document: ofRole(text)
        .replaceAll(/\$\{aws_iam_openid_connect_provider\.[^}]*\}/g, "arn:aws:iam::111122223333:oidc-provider/issuer")
        .replaceAll(/\$\{[^}]*\.arn\}/g, "arn:aws:elasticfilesystem:us-west-2:111122223333:file-system/fs-0123")
        .replaceAll(/\$\{[^}]*\}/g, "Z0123456789ABCDEFGHIJ"),
    })),
  );
  expect(documents.length).toBeGreaterThan(50);
  const found = linted(documents);
  expect(found.filter((one) => !isMeant(one))).toEqual([]);
  for (const { issue, detail } of meant)
    expect(
      found.some((one) => one.issue === issue && detail.test(one.detail)),
      issue,
    ).toBe(true);
});

test("it finds an action that is not there, and a resource that an action does not take", () => {
  const policy = (Action: string, Resource: string) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] });
  const issues = (document: string) => linted([{ name: "p", document }]).map(({ issue }) => issue);
  expect(issues(policy("s3:ReadObject", "arn:aws:s3:::b/*"))).toEqual(["UNKNOWN_ACTION"]);
  expect(issues(policy("s3:GetObject", "arn:aws:s3:::b"))).toEqual(["RESOURCE_MISMATCH"]);
});
