import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import { packageRoot } from "../../config/package-root";
import type { ResolvedS3State } from "../../config/resolve/state";
import { Failure } from "../failure";
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
  const sdk = await load();
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

async function load(): Promise<Sdk> {
  // which Node runs is this package's own affair (`engines`)
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  try {
    return await import("@aws-sdk/client-s3");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes(code ?? "") || !message.includes("client-s3"))
      throw error;
    const { peerDependencies } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as {
      peerDependencies: Readonly<Record<string, string>>;
    };
    const wanted = `@aws-sdk/client-s3@${peerDependencies["@aws-sdk/client-s3"]}`;
    throw new Failure(`state in S3 needs a package that is not installed: npm install ${wanted}`);
  }
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
