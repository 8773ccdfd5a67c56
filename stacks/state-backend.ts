import { posix } from "node:path";
import { LocalBackend, S3Backend, type TerraformStack } from "cdktf";
import { stateKey } from "../config/names";
import type { ResolvedS3State, ResolvedState } from "../config/resolve/state";

/** Tells the engine where a stack's state lies. `local` is the directory of files, relative to the stack's own. */
export function addBackend(stack: TerraformStack, name: string, state: ResolvedState, local: string): void {
  if (state.kind === "local") new LocalBackend(stack, { path: posix.join(local, `${name}.tfstate`) });
  else new S3Backend(stack, { key: stateKey(state.root, name), ...placeOf(state) });
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
