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

/** State in Google Cloud Storage. */
export interface ResolvedGcsState {
  readonly kind: "gcs";
  readonly bucket: string;
  /** Where the bucket is made: `us-central1`, `us`. */
  readonly region: string;
  /** Whether the config names no region, so that a bucket that is there may lie elsewhere. */
  readonly anyRegion: boolean;
  /** Null: the project of the credentials. */
  readonly project: string | null;
  /** Objects of the federation's stacks begin with it; no slash at either end. */
  readonly root: string;
  /** Null: Google's own keys. */
  readonly kmsKey: string | null;
  /** Null: Google. */
  readonly endpoint: string | null;
}

/** State in a bucket. */
export type ResolvedBucketState = ResolvedS3State | ResolvedGcsState;

/** Where the state of stacks lies. */
export type ResolvedState = { readonly kind: "local" } | ResolvedBucketState;

/** Where the state of each site's stacks lies, by the site's id. */
export type SiteStates = Readonly<Record<string, ResolvedState>>;

/** Where a site is in Google Cloud. */
export interface GooglePlace {
  readonly project: string;
  readonly region: string;
}

/**
 * The nearer one wins: a site's own, else the federation's.
 * @param at place of the site whose own it is: its bucket is made there
 */
export function resolveState(
  { federation, state }: FederationConfig,
  own?: StateConfig,
  at?: GooglePlace,
): ResolvedState {
  const told = own ?? state;
  if (told === undefined || told.kind === "local") return { kind: "local" };
  const { kind, bucket } = told;
  const root = stateRoot(federation, told.prefix);
  const kmsKey = told.kmsKey ?? null;
  const endpoint = told.endpoint ?? null;
  if (kind === "s3")
    return { kind, bucket, region: told.region, root, profile: told.profile ?? null, kmsKey, endpoint };
  const region = told.region ?? at?.region ?? "us";
  const project = told.project ?? at?.project ?? null;
  return { kind, bucket, region, anyRegion: told.region === undefined, project, root, kmsKey, endpoint };
}
