import type { S3Client } from "@aws-sdk/client-s3";
import type { ResolvedS3State } from "../../config/resolve/state";
import { clientPackage } from "./client-package";
import { explained } from "./s3-failure";

/** AWS's own client: it finds credentials wherever the engine does. */
export type Sdk = typeof import("@aws-sdk/client-s3");

/** How long (ms) a store may take to answer. */
const patience = { connectionTimeout: 10_000, requestTimeout: 60_000 };

/** A store of state with the client that speaks to it. */
export interface S3 {
  readonly sdk: Sdk;
  readonly client: S3Client;
}

/** Loads the client, which is installed only where state lies in S3. @throws Failure that says what to install */
export async function connect({ region, profile, endpoint }: ResolvedS3State): Promise<S3> {
  const sdk = load();
  const another = {
    endpoint: endpoint ?? "",
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  } as const;
  const client = new sdk.S3Client({
    region,
    requestHandler: patience,
    ...(profile === null ? {} : { profile }),
    ...(endpoint === null ? {} : another),
  });
  return { sdk, client };
}

function load(): Sdk {
  // which Node runs is this package's own affair (`engines`)
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  return clientPackage("@aws-sdk/client-s3", "state in S3") as Sdk;
}

/** Does something with a store. @throws StateFailure that says what is wrong and what helps */
export async function ask<T>(place: ResolvedS3State, s3: Promise<S3>, what: (s3: S3) => Promise<T>): Promise<T> {
  const connected = await s3;
  try {
    return await what(connected);
  } catch (error) {
    throw explained(error, place);
  }
}
