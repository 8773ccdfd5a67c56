import { posix } from "node:path";
import { GcsBackend, LocalBackend, S3Backend, type TerraformStack } from "cdktf";
import { gcsStatePrefix } from "../config/google-names";
import { stateKey } from "../config/names";
import type { ResolvedGcsState, ResolvedS3State, ResolvedState } from "../config/resolve/state";

/** Tells the engine where a stack's state lies. `local` is the directory of files, relative to the stack's own. */
export function addBackend(stack: TerraformStack, name: string, state: ResolvedState, local: string): void {
  if (state.kind === "local") new LocalBackend(stack, { path: posix.join(local, `${name}.tfstate`) });
  else if (state.kind === "s3") new S3Backend(stack, { key: stateKey(state.root, name), ...placeOf(state) });
  else addGcsBackend(stack, name, state);
}

function addGcsBackend(stack: TerraformStack, name: string, { bucket, root, kmsKey, endpoint }: ResolvedGcsState) {
  const prefix = gcsStatePrefix(root, name);
  new GcsBackend(stack, { bucket, prefix, ...(kmsKey === null ? {} : { kmsEncryptionKey: kmsKey }) });
  // the property that cdktf has for it is misspelt (storeageCustomEndpoint), and the engine refuses what it becomes
  if (endpoint !== null) stack.addOverride("terraform.backend.gcs.storage_custom_endpoint", gcsApi(endpoint));
}

/** The engine wants the path of the JSON API after the host. */
function gcsApi(endpoint: string): string {
  return `${endpoint}/storage/v1/`;
}

function placeOf({ bucket, region, profile, kmsKey, endpoint }: ResolvedS3State) {
  return {
    bucket,
    region,
    useLockfile: true,
    // a store without keys of its own refuses to encrypt
    encrypt: endpoint === null || kmsKey !== null,
    ...(profile === null ? {} : { profile }),
    ...(kmsKey === null ? {} : { kmsKeyId: kmsKey }),
    ...(endpoint === null ? {} : { endpoints: { s3: endpoint }, ...anotherStore }),
  };
}

/** What only AWS has. */
const anotherStore = {
  usePathStyle: true,
  skipCredentialsValidation: true,
  skipMetadataApiCheck: true,
  skipRegionValidation: true,
  skipRequestingAccountId: true,
  skipS3Checksum: true,
};
