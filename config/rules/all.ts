import { accessMembers } from "./access-members";
import { bucketAudience } from "./bucket-audience";
import { bucketPaths } from "./bucket-paths";
import { bucketRights } from "./bucket-rights";
import { daskLimits } from "./dask-limits";
import { datasetBucket } from "./dataset-bucket";
import { datasetPaths } from "./dataset-paths";
import { defaultProfile } from "./default-profile";
import { expiresOrder } from "./expires-order";
import { expiryIsScratchOnly } from "./expiry-is-scratch-only";
import { ports } from "./ports";
import { publishers } from "./publishers";
import { readable } from "./readable";
import { reservedNames } from "./reserved-names";
import { reservedVariables } from "./reserved-variables";
import type { Rule } from "./rule";
import { servedBy } from "./served-by";
import { sharedPasswordLoopback } from "./shared-password-loopback";
import { uniqueNames } from "./unique-names";
import { vouching } from "./vouching";

/** Every rule, in the order that `isthmus rules` prints. */
export const rules: readonly Rule[] = [
  uniqueNames,
  reservedNames,
  reservedVariables,
  ports,
  sharedPasswordLoopback,
  bucketPaths,
  bucketAudience,
  bucketRights,
  expiryIsScratchOnly,
  datasetBucket,
  datasetPaths,
  publishers,
  accessMembers,
  readable,
  vouching,
  servedBy,
  defaultProfile,
  daskLimits,
  expiresOrder,
];
