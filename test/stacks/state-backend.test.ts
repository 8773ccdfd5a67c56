import { App, TerraformStack } from "cdktf";
import { expect, test } from "vitest";
import { targetVersions } from "../../bin/synth";
import type { ResolvedGcsState, ResolvedS3State, ResolvedState } from "../../config/resolve/state";
import { addBackend } from "../../stacks/state-backend";

function backend(state: ResolvedState): unknown {
  const stack = new TerraformStack(new App({ context: { targetVersions } }), "east-base");
  addBackend(stack, "east-base", state, "../../../state/demo");
  return stack.toTerraform().terraform.backend;
}

const s3: ResolvedS3State = {
  kind: "s3",
  bucket: "demo-state",
  region: "us-west-2",
  root: "open/demo",
  profile: null,
  kmsKey: null,
  endpoint: null,
};

test("files beside the federation file", () => {
  expect(backend({ kind: "local" })).toEqual({ local: { path: "../../../state/demo/east-base.tfstate" } });
});

test("objects of a bucket, locked by S3 itself and encrypted", () => {
  expect(backend(s3)).toEqual({
    s3: {
      bucket: "demo-state",
      key: "open/demo/east-base.tfstate",
      region: "us-west-2",
      encrypt: true,
      use_lockfile: true,
    },
  });
});

test("somebody's profile and key", () => {
  const kmsKey = "arn:aws:kms:us-west-2:111122223333:key/1";
  expect(backend({ ...s3, profile: "ops", kmsKey })).toMatchObject({
    s3: { profile: "ops", kms_key_id: kmsKey, encrypt: true },
  });
});

test("a store that is not AWS's is asked for nothing that only AWS has", () => {
  expect(backend({ ...s3, endpoint: "https://s3.example.org" })).toMatchObject({
    s3: {
      endpoints: { s3: "https://s3.example.org" },
      encrypt: false,
      use_lockfile: true,
      use_path_style: true,
      skip_credentials_validation: true,
      skip_requesting_account_id: true,
    },
  });
});

const gcs: ResolvedGcsState = {
  kind: "gcs",
  bucket: "demo-state",
  region: "us",
  anyRegion: true,
  project: null,
  root: "open/demo",
  kmsKey: null,
  endpoint: null,
};

test("objects of a bucket of Google's, locked by the engine", () => {
  expect(backend(gcs)).toEqual({ gcs: { bucket: "demo-state", prefix: "open/demo/east-base" } });
});

test("a key of Google's, and another address of its API, which the engine wants with its path", () => {
  const kmsKey = "projects/p-state/locations/us/keyRings/r/cryptoKeys/k";
  expect(backend({ ...gcs, kmsKey, endpoint: "https://storage-ours.p.googleapis.com" })).toEqual({
    gcs: {
      bucket: "demo-state",
      prefix: "open/demo/east-base",
      kms_encryption_key: kmsKey,
      storage_custom_endpoint: "https://storage-ours.p.googleapis.com/storage/v1/",
    },
  });
});
