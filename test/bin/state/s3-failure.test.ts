import { expect, test } from "vitest";
import { explained } from "../../../bin/state/s3-failure";
import { StateFailure } from "../../../bin/state/state-failure";
import type { ResolvedS3State } from "../../../config/resolve/state";

const place: ResolvedS3State = {
  kind: "s3",
  bucket: "demo-state",
  region: "us-west-2",
  root: "demo",
  profile: null,
  kmsKey: null,
  endpoint: null,
};

function told(name: string, status?: number, more: object = {}, at = place): string {
  const error = Object.assign(new Error("what it said"), { name, $metadata: { httpStatusCode: status }, ...more });
  const found = explained(error, at);
  expect(found).toBeInstanceOf(StateFailure);
  return (found as StateFailure).message;
}

test.each([
  [
    "no credentials",
    "CredentialsProviderError",
    undefined,
    "cannot be reached without credentials (what it said): sign in (aws sso login), set AWS_PROFILE",
  ],
  ["a login that has ended", "ExpiredToken", 400, "the credentials have expired: sign in"],
  ["keys of another store", "InvalidAccessKeyId", 403, "the credentials are not valid there (InvalidAccessKeyId)"],
  ["no bucket", "NoSuchBucket", 404, "there is no such bucket: isthmus bootstrap makes it"],
  ["another region", "PermanentRedirect", 301, "the bucket is not in us-west-2 (what it said): correct `state.region`"],
  [
    "no rights",
    "AccessDenied",
    403,
    "access denied (what it said): ask who owns the bucket for s3:ListBucket on it and s3:GetObject, s3:PutObject, s3:DeleteObject on demo/*",
  ],
  ["a store that is unwell", "SlowDown", 503, "the store answers 503 (SlowDown: what it said)"],
])("%s", (_, name, status, message) => {
  expect(told(name, status)).toContain(message);
  expect(told(name, status)).toMatch(/^the state at s3:\/\/demo-state\/demo/);
});

test("a place with a profile says which login it wants", () => {
  expect(told("ExpiredToken", 400, {}, { ...place, profile: "ops" })).toContain("aws sso login --profile ops");
});

test("a network that does not lead there", () => {
  expect(told("Error", undefined, { code: "ECONNREFUSED" })).toContain("cannot be reached (what it said)");
});

test("a mistake of ours stays one", () => {
  const mistake = new TypeError("x is not a function");
  expect(explained(mistake, place)).toBe(mistake);
});
