import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PolicyDocument, policyDocuments, type Statement } from "../aws/policies";
import { exampleStacks } from "./synth-example";

let folder: string;
let documents: PolicyDocument[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-policies-"));
  const federations = [
    "config/federations/clouds",
    "config/federations/lakes",
    "config/federations/accounts",
    "test/fuzz/examples/eks",
  ];
  documents = federations.flatMap((federation) => policyDocuments(exampleStacks(folder, federation)));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Found extends Statement {
  readonly where: string;
}

const statements = (): Found[] =>
  documents.flatMap(({ stack, address, statements: own }) =>
    own.map((statement) => ({ ...statement, where: `${stack} ${address} ${statement.Sid ?? "-"}` })),
  );

/** What roles may do: trusts and policies of buckets name who, these do not. */
const ofRoles = () => statements().filter(({ Principal }) => Principal === undefined);

test("there are documents of each kind, of hubs, programs, buckets and whom AWS trusts", () => {
  const kinds = new Set(documents.map(({ address, attribute }) => `${address.split(".")[0]} ${attribute}`));
  expect([...kinds].sort()).toEqual([
    "aws_efs_file_system_policy policy",
    "aws_iam_role assume_role_policy",
    "aws_iam_role_policy policy",
    "aws_kms_key policy",
    "aws_s3_bucket_policy policy",
  ]);
  expect(documents.length).toBeGreaterThan(50);
});

test("nothing allows all actions, of a service either, or all but some", () => {
  for (const { where, Effect, Action, ...rest } of statements()) {
    // A key belongs to its account, or nobody could change its policy any more; what its roles may do with it, their own say.
    if (where.endsWith(" ByRolesOfTheAccount")) continue;
    expect(Object.keys(rest), where).not.toContain("NotAction");
    if (Effect === "Allow") for (const action of [Action].flat()) expect(action, where).toMatch(/^[a-z0-9]+:[A-Z]\w+$/);
  }
});

/** Statements of roles that reach more than what the site itself is, by what they are called: why there is no narrower one. */
const wide: Readonly<Record<string, string>> = {
  See: "Describe* of autoscaling and EC2, and the prices' instance types, know no resource in IAM's tables",
  FindZone: "ListHostedZones and ListHostedZonesByName know no resource",
  SeeChanges: "a change has an id that is made when records are changed; to see it tells a time and whether it is done",
  ReadOthersPublicData:
    "buckets of other accounts have names that nobody here knows; by its condition it reaches none of this account, and S3 asks the bucket's own policy too",
  ...Object.fromEntries(
    ["Key0", "Key1", "Key2"].map((sid) => [
      sid,
      "a key's id is made with it; by its conditions it reaches the key of named buckets only, through S3",
    ]),
  ),
  Scale: "EKS makes the groups and names them; by its condition it reaches those with this cluster's tag only",
};

/** Whether a resource is any of its kind. */
function isWide(resource: string): boolean {
  if (resource.startsWith("arn:aws:s3:::")) return resource.startsWith("arn:aws:s3:::*");
  return resource === "*" || /:(?:[A-Za-z-]+[/:])?\*$/.test(resource);
}

test("what reaches more than the site's own is listed here with its reason", () => {
  const found = ofRoles().filter(({ Resource }) => [Resource ?? []].flat().some((resource) => isWide(resource)));
  expect(found.filter(({ Sid }) => wide[Sid ?? ""] === undefined)).toEqual([]);
  expect([...new Set(found.map(({ Sid }) => Sid))].sort()).toEqual(Object.keys(wide).sort());
});

test("what is wide sees only, or has a condition", () => {
  for (const { where, Sid, Action, Resource, Condition } of ofRoles()) {
    if (![Resource ?? []].flat().includes("*") && Sid !== "Scale" && Sid !== "ReadOthersPublicData") continue;
    const changes = [Action].flat().filter((action) => !/:(?:Describe|List|Get)/.test(action));
    if (changes.length > 0 || Sid === "ReadOthersPublicData") expect(Condition, where).toBeDefined();
  }
});

test("a bucket's policy allows anybody only to read and to list, and only where the bucket is public", () => {
  for (const { stack, address, statements: own } of documents) {
    if (!address.startsWith("aws_s3_bucket_policy.")) continue;
    const open = own.filter(({ Effect, Principal }) => Effect === "Allow" && Principal === "*");
    for (const { Action } of open)
      for (const action of [Action].flat())
        expect(["s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject"], `${stack} ${address}`).toContain(action);
    if (!/^aws_s3_bucket_policy\.(?:open|public|library|ice|spare|copies)_/.test(address))
      expect(open, `${stack} ${address}`).toEqual([]);
    expect(
      own.some(({ Effect, Condition }) => Effect === "Deny" && JSON.stringify(Condition).includes("SecureTransport")),
    ).toBe(true);
  }
});

const trusts = () =>
  documents.flatMap(({ stack, address, attribute, statements: own }) => {
    if (attribute !== "assume_role_policy") return [];
    expect(own, `${stack} ${address}`).toHaveLength(1);
    return own.map((trust) => ({ stack, trust, byToken: trust.Action === "sts:AssumeRoleWithWebIdentity" }));
  });

test("a role is taken by one service of AWS or by tokens of the site's own cluster, and by nobody else", () => {
  expect(trusts().length).toBeGreaterThan(20);
  for (const { trust, byToken } of trusts()) {
    if (byToken) continue;
    expect(Object.keys(trust?.Principal ?? {})).toEqual(["Service"]);
    expect(JSON.stringify(trust?.Principal)).toMatch(/^\{"Service":"(?:eks|ec2|pods\.eks|dlm|s3)\.amazonaws\.com"\}$/);
  }
});

test("a role of pods is taken by one account of one namespace in one cluster, which no two roles share", () => {
  const ofPods = trusts().filter(({ trust }) => JSON.stringify(trust.Principal).includes("pods.eks"));
  const known = ofPods.map(({ stack, trust }) => {
    const [[operator, tags = {}] = []] = Object.entries(trust?.Condition ?? {});
    expect(operator, stack).toBe("StringEquals");
    const tag = (name: string) => `${tags[`aws:RequestTag/${name}`]}`;
    expect(tag("eks-cluster-arn"), stack).toMatch(/^arn:aws:eks:[a-z0-9-]+:\d{12}:cluster\/[a-z0-9-]+$/);
    return ["eks-cluster-arn", "kubernetes-namespace", "kubernetes-service-account"].map(tag).join(" ");
  });
  expect(known.length).toBeGreaterThan(10);
  expect(new Set(known).size).toBe(known.length);
  expect(known).toContain("arn:aws:eks:us-west-2:111122223333:cluster/pangeo-cascadia cascadia-prod user-sa");
});

test("a token is one of the cluster's own, for STS, of one account of one namespace", () => {
  const byToken = trusts().filter((one) => one.byToken);
  expect(byToken.map(({ stack, trust: { Condition } }) => [stack, Condition])).toEqual(
    [
      ["isle-cluster", "kube-system:ebs-csi-controller-sa"],
      ["isle-cluster", "kube-system:aws-node"],
      ["isle-prod", "isle-prod:user-sa"],
      ["isle-services", "isle-services:cluster-autoscaler"],
      ["isle-services", "isle-services:scratch-expiry"],
    ].map(([stack, account]) => [
      stack,
      {
        StringEquals: {
          "${local.issuer}:aud": "sts.amazonaws.com",
          "${local.issuer}:sub": `system:serviceaccount:${account}`,
        },
      },
    ]),
  );
  for (const { stack, trust } of byToken)
    expect(trust.Principal, stack).toEqual({
      Federated: expect.stringMatching(
        /^(?:arn:aws:iam::012345678902:oidc-provider\/\$\{local\.issuer\}|\$\{aws_iam_openid_connect_provider\.token-issuer\.arn\})$/,
      ),
    });
});
