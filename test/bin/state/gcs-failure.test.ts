import { expect, test } from "vitest";
import { explained } from "../../../bin/state/gcs-failure";
import { StateFailure } from "../../../bin/state/state-failure";
import type { ResolvedGcsState } from "../../../config/resolve/state";

const place: ResolvedGcsState = {
  kind: "gcs",
  bucket: "demo-state",
  region: "us",
  anyRegion: true,
  project: null,
  root: "demo",
  kmsKey: null,
  endpoint: null,
};

function told(message: string, code?: number | string, of?: "bucket"): string {
  const found = explained(Object.assign(new Error(message), code === undefined ? {} : { code }), place, of);
  expect(found).toBeInstanceOf(StateFailure);
  return (found as StateFailure).message;
}

test.each([
  [
    "no credentials",
    "Could not load the default credentials. Browse to https://example.org for more.",
    undefined,
    "cannot be reached without credentials (Could not load the default credentials. Browse to https://example.org for more): sign in (gcloud auth application-default login)",
  ],
  [
    "a file of credentials that is not there",
    "The file at /k.json does not exist, or it is not a file.",
    undefined,
    "cannot be reached without credentials",
  ],
  ["a login that has ended", "invalid_grant", "400", "the credentials have expired (invalid_grant): sign in"],
  ["a token of another place", "Invalid Credentials", 401, "the credentials are not valid there (Invalid Credentials)"],
  [
    "no rights",
    "a@b.example does not have storage.objects.list access\nmore",
    403,
    "access denied (a@b.example does not have storage.objects.list access): ask who owns the bucket for storage.objects.get, list, create and delete on it (roles/storage.objectAdmin)",
  ],
  ["no bucket", "The specified bucket does not exist.", 404, "there is no such bucket: isthmus bootstrap makes it"],
  [
    "no project",
    "Unable to detect a Project Id in the current environment.",
    undefined,
    "no project is known: name it as `state.project`, or set GOOGLE_CLOUD_PROJECT",
  ],
  ["a store that is unwell", "Backend Error", 503, "the store answers 503 (Backend Error)"],
  [
    "a network that does not lead there",
    "connect ECONNREFUSED",
    "ECONNREFUSED",
    "cannot be reached (connect ECONNREFUSED)",
  ],
])("%s", (_, message, code, found) => {
  expect(told(message, code)).toContain(found);
  expect(told(message, code)).toMatch(/^the state at gs:\/\/demo-state\/demo/);
});

test("who makes the bucket needs other rights", () => {
  expect(told("no", 403, "bucket")).toContain(
    "ask who owns the project for storage.buckets.create, get, list and update",
  );
});

test("a mistake of ours stays one", () => {
  const mistake = new TypeError("x is not a function");
  expect(explained(mistake, place)).toBe(mistake);
});
