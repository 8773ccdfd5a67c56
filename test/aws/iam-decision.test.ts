import { expect, test } from "vitest";
import { allowedByBucket, allowedByKey, type PolicyStatement } from "./iam-decision";

const arn = "arn:aws:iam::111122223333:role/hub";
const allow = (more: Partial<PolicyStatement> = {}): PolicyStatement => ({
  ...{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" },
  ...more,
});
const root = { AWS: ["arn:aws:iam::111122223333:root"] };

function reads(
  account: string,
  own: readonly PolicyStatement[],
  bucket: readonly PolicyStatement[],
  context: Readonly<Record<string, string>> = {},
): boolean {
  const role = { account: "111122223333", arn, statements: own };
  const request = { role, action: "s3:GetObject", resource: "arn:aws:s3:::b/k", context };
  return allowedByBucket(request, { account, statements: bucket });
}

test("in its own account, a role reads by its policy or by the bucket's, which must mean it itself", () => {
  expect(reads("111122223333", [allow()], [])).toBe(true);
  expect(reads("111122223333", [], [allow({ Principal: "*" })])).toBe(true);
  expect(reads("111122223333", [], [allow({ Principal: { AWS: arn } })])).toBe(true);
  expect(reads("111122223333", [], [allow({ Principal: root })])).toBe(false);
  expect(reads("111122223333", [], [])).toBe(false);
});

test("in another account it needs both", () => {
  expect(reads("444455556666", [allow()], [])).toBe(false);
  expect(reads("444455556666", [], [allow({ Principal: root })])).toBe(false);
  expect(reads("444455556666", [allow()], [allow({ Principal: root })])).toBe(true);
  expect(reads("444455556666", [allow()], [allow({ Principal: { AWS: "arn:aws:iam::999999999999:root" } })])).toBe(
    false,
  );
});

test("conditions hold all together, and a refusal beats what is allowed", () => {
  const named = (name: string) => allow({ Principal: root, Condition: { ArnEquals: { "aws:PrincipalArn": name } } });
  expect(reads("444455556666", [allow()], [named(arn)])).toBe(true);
  expect(reads("444455556666", [allow()], [named(`${arn}-2`)])).toBe(false);
  const byTls = allow({ Effect: "Deny", Principal: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } });
  expect(reads("111122223333", [allow()], [byTls])).toBe(true);
  expect(reads("111122223333", [allow()], [byTls], { "aws:SecureTransport": "false" })).toBe(false);
  const elsewhere = allow({ Condition: { StringNotEquals: { "s3:ResourceAccount": "111122223333" } } });
  expect(reads("111122223333", [elsewhere], [])).toBe(false);
});

test("what it does not know it does not decide", () => {
  expect(() =>
    reads("111122223333", [allow({ Condition: { DateLessThan: { "aws:CurrentTime": "2030" } } })], []),
  ).toThrow("DateLessThan");
});

test("a key's policy must speak, and of the account it leaves the word to the role's own", () => {
  const decrypt = { Action: "kms:Decrypt", Resource: "*" } as const;
  const uses = (own: readonly PolicyStatement[], key: readonly PolicyStatement[]) => {
    const role = { account: "111122223333", arn, statements: own };
    const request = { role, action: "kms:Decrypt", resource: "arn:aws:kms:us-west-2:111122223333:key/k", context: {} };
    return allowedByKey(request, { account: "111122223333", statements: key });
  };
  expect(uses([allow(decrypt)], [])).toBe(false);
  expect(uses([], [allow({ ...decrypt, Principal: root })])).toBe(false);
  expect(uses([allow(decrypt)], [allow({ ...decrypt, Principal: root })])).toBe(true);
  expect(uses([], [allow({ ...decrypt, Principal: { AWS: arn } })])).toBe(true);
});
