import { stateRoot } from "../names";
import type { FederationConfig } from "../schema/federation";
import type { StateConfig } from "../schema/state";

/** State in an S3 store. */
export interface ResolvedS3State {
  readonly kind: "s3";
  readonly bucket: string;
  readonly region: string;
  /** Keys of the federation's stacks begin with it; no slash at either end. */
  readonly root: string;
  /** Null: credentials are found as AWS's own tools find them. */
  readonly profile: string | null;
  /** Null: S3's own keys. */
  readonly kmsKey: string | null;
  /** Null: AWS. */
  readonly endpoint: string | null;
}

/** Where the state of stacks lies. */
export type ResolvedState = { readonly kind: "local" } | ResolvedS3State;

/** Where the state of each site's stacks lies, by the site's id. */
export type SiteStates = Readonly<Record<string, ResolvedState>>;

/** The nearer one wins: a site's own, else the federation's. */
export function resolveState({ federation, state }: FederationConfig, own?: StateConfig): ResolvedState {
  const told = own ?? state;
  if (told === undefined || told.kind === "local") return { kind: "local" };
  return {
    kind: "s3",
    bucket: told.bucket,
    region: told.region,
    root: stateRoot(federation, told.prefix),
    profile: told.profile ?? null,
    kmsKey: told.kmsKey ?? null,
    endpoint: told.endpoint ?? null,
  };
}
