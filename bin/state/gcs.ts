import { createRequire } from "node:module";
import type { Storage, StorageOptions } from "@google-cloud/storage";
import type { ResolvedGcsState } from "../../config/resolve/state";
import { Failure } from "../failure";
import { clientPackage, fromHere } from "./client-package";
import { explained } from "./gcs-failure";

const packageName = "@google-cloud/storage";
type Sdk = typeof import("@google-cloud/storage");

/** How long a store may take: a request (ms), and with what is tried again (s). */
const patience = { request: 60_000, total: 90 };

/** Loads the client, which is installed only where state lies in Google Cloud Storage. @throws Failure that says what to install */
export async function connect({ project, endpoint }: ResolvedGcsState): Promise<Storage> {
  const sdk = clientPackage(packageName, "state in Google Cloud Storage") as Sdk;
  return new sdk.Storage({
    timeout: patience.request,
    // what is written twice is the same: one record of one apply
    retryOptions: {
      totalTimeout: patience.total,
      maxRetries: 2,
      idempotencyStrategy: sdk.IdempotencyStrategy.RetryAlways,
    },
    ...credentials(process.env),
    ...(project === null ? {} : { projectId: project }),
    ...(endpoint === null ? {} : { apiEndpoint: endpoint, useAuthWithCustomEndpoint: true }),
  });
}

/**
 * Credentials that the engine takes from variables which Google's own tools do not know; without one of them both find
 * what those tools find (gcloud's application-default login, a file, the machine's account).
 */
function credentials(env: NodeJS.ProcessEnv): Pick<StorageOptions, "authClient" | "credentials" | "keyFilename"> {
  const token = env.GOOGLE_OAUTH_ACCESS_TOKEN;
  if (token) return { authClient: clientWith(token) };
  const told = env.GOOGLE_BACKEND_CREDENTIALS || env.GOOGLE_CREDENTIALS;
  if (!told) return {};
  return told.trimStart().startsWith("{") ? { credentials: parsed(told) } : { keyFilename: told };
}

function parsed(text: string): NonNullable<StorageOptions["credentials"]> {
  try {
    return JSON.parse(text) as NonNullable<StorageOptions["credentials"]>;
  } catch {
    throw new Failure("$GOOGLE_CREDENTIALS is neither the path of a file with credentials nor their JSON");
  }
}

type AuthClient = NonNullable<StorageOptions["authClient"]>;

/** A client that shows a token as it is: its class is of a package that only Google's own depends on. */
function clientWith(token: string): AuthClient {
  const { OAuth2Client } = createRequire(fromHere.resolve(packageName))("google-auth-library") as {
    OAuth2Client: new () => AuthClient & { setCredentials(credentials: { access_token: string }): void };
  };
  const client = new OAuth2Client();
  client.setCredentials({ access_token: token });
  return client;
}

/** Does something with a store; `of` says what of it, for who may not. @throws StateFailure that says what is wrong and what helps */
export async function ask<T>(
  place: ResolvedGcsState,
  storage: Promise<Storage>,
  what: (storage: Storage) => Promise<T>,
  of?: Parameters<typeof explained>[2],
): Promise<T> {
  const connected = await storage;
  try {
    return await what(connected);
  } catch (error) {
    throw explained(error, place, of);
  }
}
