import type { Diagnostic } from "./events";
import type { PlanJson } from "./guard";

/** A bucket that a stack was to make, and that is there already. */
export interface FoundBucket {
  readonly address: string;
  /** Its name, which is also what the engine imports it by. */
  readonly name: string;
}

/** S3 says it of a bucket of one's own; of others', and in us-east-1 of any, the second word is said. */
const isThere = /\bBucketAlready(?:OwnedByYou|Exists)\b/;

/** Tags that tell which site's a thing is; whatever Isthmus makes in AWS bears them. */
const marks = ["managed-by", "federation", "site"];

/** The buckets that an apply failed on since they are there. */
export function foundBuckets(errors: readonly Diagnostic[], plan: PlanJson): FoundBucket[] {
  const failed = errors.filter(({ summary, detail }) => isThere.test(`${summary}\n${detail}`));
  return (plan.resource_changes ?? []).flatMap(({ address, type, change }) => {
    const name = (change.after as { bucket?: unknown } | null | undefined)?.bucket;
    const found = type === "aws_s3_bucket" && failed.some((error) => error.address === address);
    return found && typeof name === "string" ? [{ address, name }] : [];
  });
}

/** For the engine, beside the stack: takes the buckets into its state, and looks for an object in each. */
export function importConfig(found: readonly FoundBucket[]): object {
  const looks = found.map(({ address, name }) => [labelOf(address), { bucket: name, max_keys: 1 }] as const);
  return {
    import: found.map(({ address, name }) => ({ to: address, id: name })),
    data: { aws_s3_objects: Object.fromEntries(looks) },
  };
}

/** Those that are not the site's by their tags, nor as bare as S3 makes a bucket: without any tag and any object. */
export function strangers(found: readonly FoundBucket[], plan: PlanJson): FoundBucket[] {
  return found.filter(({ address }) => {
    const change = plan.resource_changes?.find((one) => one.address === address)?.change;
    const [is, shall] = [tagsOf(change?.before), tagsOf(change?.after)];
    const own = marks.every((mark) => is[mark] !== undefined && is[mark] === shall[mark]);
    const bare = Object.keys(is).length === 0 && isEmpty(plan, address);
    return !own && !bare;
  });
}

/** Why buckets of others are left alone, and what can be done. */
export function strangersText(found: readonly FoundBucket[]): string {
  const lines = found.map(({ name }) => `  ${name}`);
  return `these buckets are there already, bear no tags of this site (${marks.join(", ")}) and are not just made and empty, so nothing of them is changed:\n${lines.join("\n")}\n  to use one as it is, name it: \`existing: NAME\`; for another name, give the bucket another key in the config; one that is this site's after all is taken over once it bears those tags`;
}

function labelOf(address: string): string {
  return address.slice(address.lastIndexOf(".") + 1);
}

function tagsOf(resource: unknown): Readonly<Record<string, unknown>> {
  return (resource as { tags_all?: Record<string, unknown> | null } | null | undefined)?.tags_all ?? {};
}

/** A look that did not take place says nothing. */
function isEmpty({ prior_state: state }: PlanJson, address: string): boolean {
  const look = state?.values?.root_module?.resources?.find(
    (one) => one.address === `data.aws_s3_objects.${labelOf(address)}`,
  );
  const keys = look?.values?.keys;
  return Array.isArray(keys) && keys.length === 0;
}
