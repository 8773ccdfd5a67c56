import { z } from "zod";
import { block, objectPath, text, url } from "./fields";
import { googleBucketName, googleProject } from "./google-names";
import { bucketName } from "./site-base";

/** Where the engine's state lies. */
const kinds = z.discriminatedUnion("kind", [
  block({
    kind: z.literal("local").describe("local: files at state/<federation>/ beside the federation file. Not for git."),
  }),
  block({
    kind: z
      .literal("s3")
      .describe(
        "s3: objects of a bucket that `isthmus bootstrap` makes, so that several people can change the same sites; each stack is locked while it changes.",
      ),
    bucket: bucketName.describe("The bucket: none of a lake's. Another one leaves what is deployed behind."),
    region: text(/^[a-z0-9-]{1,40}$/, "a region: us-west-2").describe("The bucket's region."),
    prefix: objectPath
      .optional()
      .describe("Keys begin with <prefix>/<federation>/. Another one leaves what is deployed behind. Default none."),
    profile: text(/^[\w.@+-]+$/, "a profile's name: letters, digits, _ . @ + -")
      .optional()
      .describe(
        "Profile of AWS's configuration files whose credentials are used for the state. Default: found as AWS's own tools find them (environment, single sign-on, the machine's role).",
      ),
    kmsKey: text(
      /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(?:key|alias)\/[\w/-]+$/,
      "a key's ARN: arn:aws:kms:us-west-2:111122223333:key/...",
    )
      .optional()
      .describe(
        "KMS key that objects are encrypted with; a fee for requests. Default: S3's own keys (AES-256), at no cost.",
      ),
    endpoint: url
      .optional()
      .describe(
        "The S3 API of a store that is not AWS's, which must know conditional writes (If-None-Match); reached at ENDPOINT/BUCKET, encrypted as that store is. Default: AWS.",
      ),
  }),
  block({
    kind: z
      .literal("gcs")
      .describe(
        "gcs: objects of a bucket of Google Cloud Storage that `isthmus bootstrap` makes, so that several people can change the same sites; each stack is locked while it changes.",
      ),
    bucket: googleBucketName.describe("The bucket: none of a lake's. Another one leaves what is deployed behind."),
    region: text(/^[a-z][a-z0-9-]{1,39}$/, "a region: us-central1; or us, eu, asia")
      .optional()
      .describe(
        "Where `isthmus bootstrap` makes the bucket; one that is elsewhere is refused then. Default: the region of the site on Google Cloud whose own state it is, else us; then a bucket that is there may be anywhere.",
      ),
    project: googleProject
      .optional()
      .describe(
        "The project that `isthmus bootstrap` makes the bucket in; a bucket of another project is refused. Default: the project of the site on Google Cloud whose own state it is, else that of the credentials ($GOOGLE_CLOUD_PROJECT, gcloud).",
      ),
    prefix: objectPath
      .optional()
      .describe("Objects begin with <prefix>/<federation>/. Another one leaves what is deployed behind. Default none."),
    kmsKey: text(
      /^projects\/[a-z0-9.:-]+\/locations\/[a-z0-9-]+\/keyRings\/[\w-]+\/cryptoKeys\/[\w-]+$/,
      "a key's resource name: projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY",
    )
      .optional()
      .describe(
        "Cloud KMS key that objects are encrypted with, in the bucket's region, which the project's storage service agent may use; a fee for requests. Default: Google's own keys, at no cost.",
      ),
    endpoint: url
      .optional()
      .describe(
        "The API of Cloud Storage elsewhere than at Google's usual address: private access (Private Service Connect), or another server, which must know conditional writes (ifGenerationMatch). Default: https://storage.googleapis.com.",
      ),
  }),
]);

/** The federation's. */
export const state = kinds.optional().describe("Where the engine keeps its state. Default {kind: local}.");

/** A site's own, so that no institution needs another's account. */
export const siteState = kinds
  .optional()
  .describe(
    "Where the engine keeps the state of this site's stacks, where they are not to lie with the federation's. Default: the federation's `state`.",
  );

export type StateConfig = z.infer<typeof kinds>;
