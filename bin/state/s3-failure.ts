import type { ResolvedS3State } from "../../config/resolve/state";
import { Failure } from "../failure";
import { isNetwork, StateFailure } from "./state-failure";

/** The part of a client's error that tells what it is. */
interface S3Error extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const stale = ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"];
const wrong = ["InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken"];

/** An error of the client in words; what is none of the store's passes as it is. */
export function explained(error: unknown, place: ResolvedS3State): unknown {
  if (!(error instanceof Error) || error instanceof Failure) return error;
  const { name, code = "", message, $metadata } = error as S3Error;
  const where = `the state at s3://${place.bucket}/${place.root}`;
  const status = $metadata?.httpStatusCode;
  if (name === "CredentialsProviderError" || name === "TokenProviderError")
    return new StateFailure(`${where} cannot be reached without credentials (${message}): ${signIn(place)}`, "denied");
  if (stale.includes(name))
    return new StateFailure(`${where}: the credentials have expired: ${signIn(place)}`, "denied");
  if (wrong.includes(name))
    return new StateFailure(`${where}: the credentials are not valid there (${name}): ${signIn(place)}`, "denied");
  if (name === "NoSuchBucket")
    return new StateFailure(`${where}: there is no such bucket: isthmus bootstrap makes it`, "missing");
  if (
    ["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"].includes(name) ||
    status === 301
  )
    return new StateFailure(
      `${where}: the bucket is not in ${place.region} (${message}): correct \`state.region\``,
      "denied",
    );
  if (status === 403)
    return new StateFailure(
      `${where}: access denied (${message}): ask who owns the bucket for s3:ListBucket on it and s3:GetObject, s3:PutObject, s3:DeleteObject on ${place.root}/*`,
      "denied",
    );
  if (isNetwork(code) || isNetwork(name))
    return new StateFailure(`${where} cannot be reached (${message || code})`, "unreachable");
  if (status !== undefined)
    return new StateFailure(`${where}: the store answers ${status} (${name}: ${message})`, "unreachable");
  return error;
}

function signIn({ profile }: ResolvedS3State): string {
  return profile === null
    ? "sign in (aws sso login), set AWS_PROFILE, or name a `profile` in `state`"
    : `sign in (aws sso login --profile ${profile})`;
}
