import type { ResolvedGcsState } from "../../config/resolve/state";
import { Failure } from "../failure";
import { isNetwork, StateFailure } from "./state-failure";

/** The part of a client's error that tells what it is: a status, as a number or in digits, or the network's word. */
interface GcsError extends Error {
  readonly code?: number | string;
  readonly status?: number;
}

/** What to ask for where objects, or where the bucket itself, are closed. */
export const rights = {
  objects: "ask who owns the bucket for storage.objects.get, list, create and delete on it (roles/storage.objectAdmin)",
  bucket: "ask who owns the project for storage.buckets.create, get, list and update in it (roles/storage.admin)",
} as const;

/** The status that a store answered with; undefined where the error is none of a store's. */
export function statusOf(error: unknown): number | undefined {
  const { code, status } = (error ?? {}) as GcsError;
  const number = Number(code ?? status);
  return Number.isInteger(number) && number >= 100 ? number : undefined;
}

/** An error of the client in words; what is none of the store's passes as it is. */
export function explained(error: unknown, place: ResolvedGcsState, of: keyof typeof rights = "objects"): unknown {
  if (!(error instanceof Error) || error instanceof Failure) return error;
  const { code = "", message } = error as GcsError;
  const where = `the state at gs://${place.bucket}/${place.root}`;
  const status = statusOf(error);
  if (isUnsigned(message))
    return new StateFailure(
      `${where} cannot be reached without credentials (${firstLine(message)}): ${signIn}`,
      "denied",
    );
  if (/invalid_grant|invalid_rapt|reauth/i.test(message))
    return new StateFailure(`${where}: the credentials have expired (${firstLine(message)}): ${signIn}`, "denied");
  if (/project id/i.test(message) && /detect|required|missing/i.test(message))
    return new StateFailure(
      `${where}: no project is known: name it as \`state.project\`, or set GOOGLE_CLOUD_PROJECT`,
      "denied",
    );
  if (status === 401)
    return new StateFailure(
      `${where}: the credentials are not valid there (${firstLine(message)}): ${signIn}`,
      "denied",
    );
  if (status === 403)
    return new StateFailure(`${where}: access denied (${firstLine(message)}): ${rights[of]}`, "denied");
  if (status === 404)
    return new StateFailure(`${where}: there is no such bucket: isthmus bootstrap makes it`, "missing");
  if (status !== undefined)
    return new StateFailure(`${where}: the store answers ${status} (${firstLine(message)})`, "unreachable");
  if (isNetwork(String(code)))
    return new StateFailure(`${where} cannot be reached (${message || code})`, "unreachable");
  return error;
}

const signIn =
  "sign in (gcloud auth application-default login), or set GOOGLE_APPLICATION_CREDENTIALS to a file of credentials";

function isUnsigned(message: string): boolean {
  return /Could not load the default credentials|Unable to find credentials|ENOENT.*credentials|does not exist, or it is not a file/i.test(
    message,
  );
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0]?.trim().replace(/\.$/, "") ?? "";
}
