import type { PlanJson } from "../guard";
import type { StackJson } from "../stack-index";
import { type TaggedType, taggedTypes } from "./tagged-types";
import { marks, type Thing } from "./thing";

/*
 * What an apply that was cut off may have made without its state knowing. AWS's list of what bears a site's tags tells of all types
 * at once, also of those that the provider has no list of (gateways, endpoints, keys, policies of snapshots); it may still tell of some that
 * are gone, so whether one is there is left to the engine's import. Looked at only after such an apply: it costs a request and a plan of nothing else.
 */

/** The address of the look. */
export const lookAddress = "data.aws_resourcegroupstaggingapi_resources.isthmus";

/** One of the stack by its tag `Name`. */
interface Named {
  readonly address: string;
  readonly type: TaggedType;
  readonly name: string;
}

/** One that bears the name of another, which the stack holds. */
export interface Leftover {
  readonly id: string;
  readonly name: string;
  readonly type: TaggedType;
}

export interface Look {
  /** Addresses of the state; undefined where there was no look. */
  readonly known: ReadonlySet<string> | undefined;
  /** By address, what may be it; the first that is there is. */
  readonly candidates: ReadonlyMap<string, readonly string[]>;
  readonly leftovers: readonly Leftover[];
}

/** Data sources for the engine, as they stand beside a stack. */
export interface Looks {
  readonly data: Readonly<Record<string, object>>;
}

interface AwsProvider {
  readonly region?: unknown;
  readonly allowed_account_ids?: readonly unknown[];
  readonly default_tags?: readonly { readonly tags?: Readonly<Record<string, string>> }[];
}

interface GoogleProvider {
  readonly project?: unknown;
  readonly default_labels?: Readonly<Record<string, string>>;
}

/** For the engine, beside the stack: what bears the site's tags. Undefined where the stack makes nothing that could be found by them. */
export function lookConfig(stack: StackJson): Looks | undefined {
  const tags = tagsOf(stack);
  if (marks.some((mark) => tags[mark] === undefined) || namedOf(stack).length === 0) return undefined;
  const tag_filter = marks.map((key) => ({ key, values: [tags[key]] }));
  return { data: { aws_resourcegroupstaggingapi_resources: { isthmus: { tag_filter } } } };
}

/** What a stack's provider tags everything with, on Google Cloud as labels. */
export function tagsOf(stack: StackJson): Readonly<Record<string, string>> {
  return providerOf(stack)?.default_tags?.[0]?.tags ?? googleOf(stack)?.default_labels ?? {};
}

/** The region of a stack, for who looks by hand. */
export function regionOf(stack: StackJson): string {
  const region = providerOf(stack)?.region;
  return typeof region === "string" ? region : "";
}

/** The account of a stack, on Google Cloud its project. */
export function accountOf(stack: StackJson): string | undefined {
  const account = providerOf(stack)?.allowed_account_ids?.[0] ?? googleOf(stack)?.project;
  return typeof account === "string" ? account : undefined;
}

function providerOf(stack: StackJson): AwsProvider | undefined {
  return (stack.provider as { aws?: readonly AwsProvider[] } | undefined)?.aws?.[0];
}

function googleOf(stack: StackJson): GoogleProvider | undefined {
  return (stack.provider as { google?: readonly GoogleProvider[] } | undefined)?.google?.[0];
}

function namedOf(stack: StackJson): Named[] {
  const resources = (stack.resource ?? {}) as Readonly<
    Record<string, Readonly<Record<string, { readonly tags?: { readonly Name?: unknown } }>>>
  >;
  return taggedTypes.flatMap((type) =>
    Object.entries(resources[type.type] ?? {}).flatMap(([label, { tags }]) => {
      const name = tags?.Name;
      return typeof name === "string" ? [{ address: `${type.type}.${label}`, type, name }] : [];
    }),
  );
}

/**
 * What the look found, by what the stack is to hold.
 * @param former the stack as it was to be when its apply was cut off: what of it has left the config is a leftover
 */
export function lookResult(plan: PlanJson, stack: StackJson, former: StackJson): Look {
  const there = plan.prior_state?.values?.root_module?.resources ?? [];
  const known = new Map(there.map(({ address, values }) => [address, values?.id] as const));
  const ids = new Set(known.values());
  const tagged = taggedIn(there.find(({ address }) => address === lookAddress)?.values);
  const candidates = new Map<string, readonly string[]>();
  const leftovers = new Map<string, Leftover>();
  const seen = new Set<string>();
  for (const [here, config] of [[true, stack] as const, [false, former] as const])
    for (const { address, type, name } of namedOf(config)) {
      const key = `${type.type} ${name}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const found = tagged
        .filter(({ arn, tags }) => tags.Name === name && isOf(type, arn))
        .map(({ arn }) => arn.slice(arn.lastIndexOf("/") + 1))
        .filter((id) => !ids.has(id));
      if (found.length === 0) continue;
      if (here && !known.has(address)) candidates.set(address, found);
      else for (const id of found) leftovers.set(id, { id, name, type });
    }
  return { known: new Set(known.keys()), candidates, leftovers: [...leftovers.values()] };
}

interface Tagged {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

function taggedIn(values: Readonly<Record<string, unknown>> | undefined): Tagged[] {
  const list = (values?.resource_tag_mapping_list ?? []) as readonly { resource_arn: string; tags?: object | null }[];
  return list.map(({ resource_arn: arn, tags }) => ({ arn, tags: (tags ?? {}) as Tagged["tags"] }));
}

/** `arn:aws:ec2:us-west-2:111122223333:vpc/vpc-1` */
function isOf({ arn: wanted }: TaggedType, arn: string): boolean {
  const [, , service, , , ...rest] = arn.split(":");
  return `:${service}:${rest.join(":")}`.startsWith(wanted);
}

/** The first candidate of each address that is not ruled out. */
export function firstOf({ candidates }: Pick<Look, "candidates">, gone: ReadonlySet<string>): Thing[] {
  return [...candidates].flatMap(([address, ids]) => {
    const id = ids.find((one) => !gone.has(`${address} ${one}`));
    return id === undefined ? [] : [{ address, id }];
  });
}

/** Names leftovers, each with how to look at it and how to remove it. */
export function leftoverLines(leftovers: readonly Leftover[], region: string): string[] {
  const at = region === "" ? "" : ` --region ${region}`;
  return leftovers.map(
    ({ id, name, type }) =>
      `warning: a second ${type.type} "${name}", ${id}, which no state tells of, may be left of an apply that was cut off: look with \`aws ${type.show} ${id}${at}\`, remove it with \`aws ${type.remove} ${id}${at}\``,
  );
}
