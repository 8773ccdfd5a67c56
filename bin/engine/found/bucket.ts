import type { PlanJson } from "../guard";
import { labelOf, type Thing } from "./thing";

/** A look for an object in each bucket: S3 makes one bare, and tags come after. */
export function objectLooks(found: readonly Thing[]): Record<string, object> {
  const buckets = found.filter(({ address }) => address.startsWith("aws_s3_bucket."));
  return Object.fromEntries(buckets.map(({ address, id }) => [labelOf(address), { bucket: id, max_keys: 1 }]));
}

/** Whether a bucket holds no object. A look that did not take place says nothing. */
export function isEmptyBucket({ prior_state: state }: PlanJson, address: string): boolean {
  const look = state?.values?.root_module?.resources?.find(
    (one) => one.address === `data.aws_s3_objects.${labelOf(address)}`,
  );
  const keys = look?.values?.keys;
  return Array.isArray(keys) && keys.length === 0;
}
