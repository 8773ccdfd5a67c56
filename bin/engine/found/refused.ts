import type { Diagnostic } from "../events";
import type { PlanJson } from "../guard";
import type { StackJson } from "../stack-index";
import { isEmptyBucket, objectLooks } from "./bucket";
import { namedTypes } from "./named-types";
import { accountOf, type Looks, tagsOf as siteTagsOf } from "./tagged";
import { isOwn, labelOf, marks, type Thing, typeOf } from "./thing";

/** One that a cloud refused to make since it is there. */
export interface RefusedThing {
  readonly address: string;
  /** Undefined where it takes a look to know it. */
  readonly id: string | undefined;
  /** As it was to be made. */
  readonly after: Readonly<Record<string, unknown>>;
}

/** What an apply of a stack failed on since it is there. @param afterCut whether the stack's last apply was cut off */
export function refusedThings(
  errors: readonly Diagnostic[],
  plan: PlanJson,
  stack: StackJson,
  afterCut: boolean,
): RefusedThing[] {
  const account = accountOf(stack);
  return (plan.resource_changes ?? []).flatMap(({ address, type, change }) => {
    const named = namedTypes[type];
    const error = errors.find((one) => one.address === address);
    if (!named || !error || (named.known === "afterCut" && !afterCut)) return [];
    const said = `${error.summary}\n${error.detail}`;
    const after = (change.after ?? {}) as Readonly<Record<string, unknown>>;
    if (!named.refusal.test(said)) return [];
    const id = named.importId({ after, said, account });
    return id === undefined && !named.look ? [] : [{ address, id, after }];
  });
}

/** For the engine, beside the stack: asks for the numbers of those that are known by name only; undefined where none is asked for. */
export function idLooks(refused: readonly RefusedThing[]): Looks | undefined {
  const data: Record<string, Record<string, object>> = {};
  for (const { address, id, after } of refused) {
    const look = namedTypes[typeOf(address)]?.look;
    if (id !== undefined || !look) continue;
    data[look.type] = { ...data[look.type], [labelOf(address)]: { [look.by]: after[look.by] } };
  }
  return Object.keys(data).length === 0 ? undefined : { data };
}

/** With what the looks found; those without a number are left out. */
export function withIds(refused: readonly RefusedThing[], plan: PlanJson | undefined): Thing[] {
  const looks = plan?.prior_state?.values?.root_module?.resources ?? [];
  return refused.flatMap(({ address, id }) => {
    const look = namedTypes[typeOf(address)]?.look;
    const found = looks.find((one) => one.address === `data.${look?.type}.${labelOf(address)}`)?.values?.id;
    const known = id ?? (typeof found === "string" ? found : undefined);
    return known === undefined ? [] : [{ address, id: known }];
  });
}

/** For the engine, beside the stack: takes the things into its state, and looks for an object in each bucket. */
export function importConfig(things: readonly Thing[]): object {
  const looks = objectLooks(things);
  return {
    import: things.map(({ address, id }) => ({ to: address, id })),
    ...(Object.keys(looks).length > 0 ? { data: { aws_s3_objects: looks } } : {}),
  };
}

/** Those that are not the site's by the plan that imports them. */
export function strangers(things: readonly Thing[], plan: PlanJson): Thing[] {
  return things.filter(({ address }) => {
    const known = namedTypes[typeOf(address)]?.known ?? "tags";
    if (known === "place" || known === "afterCut") return false;
    const change = changeOf(plan, address);
    const [is, shall] = [tagsOf(change?.before), tagsOf(change?.after)];
    const bare = change !== undefined && Object.keys(is).length === 0;
    return !isOwn(is, shall) && !(bare && (known === "bareToo" || isEmptyBucket(plan, address)));
  });
}

/** Those that AWS still makes (a cluster takes ten minutes), and those that it has given up, by the status that some types have. */
export function unfinished(things: readonly Thing[], plan: PlanJson) {
  const status = ({ address }: Thing) => {
    const before = changeOf(plan, address)?.before;
    return (before as { status?: unknown } | null | undefined)?.status;
  };
  return {
    waits: things.filter((one) => status(one) === "CREATING"),
    failed: things.filter((one) => ["FAILED", "CREATE_FAILED"].includes(String(status(one)))),
  };
}

/** Those that a plan would destroy and that are not the site's by their tags. */
export function foreign(things: readonly Thing[], plan: PlanJson, stack: StackJson): Thing[] {
  const shall = siteTagsOf(stack);
  return things.filter(({ address }) => {
    const is = tagsOf(changeOf(plan, address)?.before);
    const bare = Object.keys(is).length === 0 && namedTypes[typeOf(address)]?.known === "bareToo";
    return !bare && !isOwn(is, shall);
  });
}

/** Why things of others are left alone, and what can be done. */
export function strangersText(things: readonly Thing[]): string {
  const lines = things.map(({ address, id }) => `  ${id}  (${typeOf(address)})`);
  const types = things.map(({ address }) => typeOf(address));
  const buckets = types.some((type) => type === "aws_s3_bucket" || type === "google_storage_bucket");
  const bare = types.includes("aws_s3_bucket") ? ", nor are they buckets just made and empty" : "";
  const marked = types.some((type) => type.startsWith("google_")) ? "labels" : "tags";
  const bucketsToo = buckets
    ? "\n  to use a bucket as it is, name it: `existing: NAME`; for another name, give it another key in the config"
    : "";
  return `these are there already and bear no ${marked} of this site (${marks.join(", ")})${bare}, so nothing of them is changed:\n${lines.join("\n")}${bucketsToo}\n  one that is this site's after all is taken over once it bears those ${marked}`;
}

function changeOf(plan: PlanJson, address: string) {
  return plan.resource_changes?.find((one) => one.address === address)?.change;
}

type Tags = Readonly<Record<string, unknown>>;

/** Its tags, or its labels where it is Google's. */
function tagsOf(resource: unknown): Tags {
  type Tagged = { tags_all?: Tags | null; effective_labels?: Tags | null };
  const { tags_all: tags, effective_labels: labels } = (resource ?? {}) as Tagged;
  return tags ?? labels ?? {};
}
