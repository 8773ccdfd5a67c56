import { parse } from "yaml";
import { z } from "zod";
import { resolveFederation } from "../../config/resolve/federation";
import { type FederationConfig, federation as federationSchema } from "../../config/schema/federation";
import { inner } from "../../config/schema/lookup";
import type { SiteConfig } from "../../config/schema/site";
import { examples } from "./examples";

/** A scalar of a config: the key as the schema has it (`hubs.*.cull.idleMinutes`), where it stands, and its schema. */
export interface Leaf {
  readonly key: string;
  readonly path: readonly string[];
  readonly schema: z.ZodType;
}

export function leaves(schema: z.ZodType, value: unknown, key: string, path: readonly string[]): Leaf[] {
  const own = inner(schema);
  const below = (of: unknown, v: unknown, name: string, part = name) =>
    v === undefined ? [] : leaves(of as z.ZodType, v, `${key}.${name}`, [...path, part]);
  if (own instanceof z.ZodUnion) {
    const option = own.def.options.find((o) => (o as z.ZodType).safeParse(value).success);
    return leaves(option as z.ZodType, value, key, path);
  }
  if (own instanceof z.ZodObject)
    return Object.entries(own.shape).flatMap(([k, of]) => below(of, (value as Record<string, unknown>)[k], k));
  if (own instanceof z.ZodRecord)
    return Object.entries(value as object).flatMap(([name, v]) => below(own.def.valueType, v, "*", name));
  if (own instanceof z.ZodArray)
    return (value as unknown[]).flatMap((v, i) => below(own.def.element, v, "[]", String(i)));
  return [{ key, path, schema: own }];
}

/** Every word that a schema knows: one of them is another value for each key that wants a word. */
function wordsOf(schema: z.ZodType): string[] {
  return [...new Set(JSON.stringify(z.toJSONSchema(schema)).match(/(?<=")[A-Za-z0-9-]+(?=")/g) ?? [])];
}

/** Things of clouds by ids, which no example has twice. */
const ids = ["vpc-0fedcba9876543210", "subnet-0fedcba9876543210", "vol-0fedcba9876543210", "1.34", "1.35"];

/** Every name and text of some data. */
function namesIn(data: unknown): string[] {
  if (typeof data === "string") return [data];
  if (typeof data !== "object" || data === null) return [];
  const own = Array.isArray(data) ? [] : Object.keys(data);
  return [...own, ...Object.values(data).flatMap(namesIn)];
}

/** Values that a key may have instead; undefined: none. `names`: words and what may be named here. */
function* others(value: unknown, names: readonly string[]): Generator<unknown> {
  yield undefined;
  if (typeof value === "boolean") yield !value;
  if (typeof value === "number") yield* [value + 1, value * 2, value - 1, value / 2];
  if (typeof value !== "string") return;
  const [, amount, unit] = /^(\d+)(\D+)$/.exec(value) ?? [];
  if (amount !== undefined) yield* [Number(amount) + 1, Number(amount) * 2, 1].map((n) => `${n}${unit}`);
  yield* ["/other", "10.99.0.0/16", "ann@other.example", "https://other.example", "2198-03-04", "Europe/Oslo"];
  yield* ["109876543210", "ap-southeast-2"];
  yield* [`${value}x`, `x${value}`, `${value}_X`, ...ids, ...names];
}

function changed(site: object, path: readonly string[], value: unknown): unknown {
  const copy = structuredClone(site) as Record<string, unknown>;
  let at = copy;
  for (const part of path.slice(0, -1)) at = at[part] as Record<string, unknown>;
  const last = path.at(-1) ?? "";
  if (value !== undefined) at[last] = value;
  else if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete at[last];
  return copy;
}

type Site = Readonly<Record<string, unknown>>;
type See = (site: unknown) => string | undefined;

/** An example federation whose sites of one kind are asked key by key. */
export interface AskedExample {
  readonly federation: FederationConfig;
  /** Each site's file with what its hubs inherit, as `inherit` lays it below them; here by hand, since it works on trees. */
  readonly sites: ReadonlyMap<string, Site>;
  /** All that the rest of the program gets to see of a site. */
  seen(site: unknown): string | undefined;
  /** Whether another value of a key makes a difference to what is seen; a word without an alternative is no choice. */
  alive(site: Site, leaf: Leaf, see?: See): boolean;
  /** Keys of all of its sites of which no value makes a difference, and of how many keys. */
  dead(see?: See): { readonly keys: string[]; readonly of: ReadonlySet<string> };
}

/** @param which of the example's sites: those whose file is called so */
export function askedExample(name: string, schema: z.ZodType<SiteConfig>, which = /./): AskedExample {
  const files = examples.find((example) => example.name === name)?.files ?? new Map<string, Buffer>();
  const top = parse(`${files.get("federation.yaml")}`);
  const federation = federationSchema.parse(top);
  const words = wordsOf(schema);
  const sites = new Map(
    [...files].flatMap(([path, bytes]) =>
      path.startsWith("sites/") && which.test(path.slice("sites/".length))
        ? [[path.slice("sites/".length, -".yaml".length), withInherited(bytes, top)]]
        : [],
    ),
  );
  const seen = (site: unknown) => {
    const config = schema.safeParse(site);
    return config.success ? JSON.stringify(resolveFederation(federation, [config.data])) : undefined;
  };
  const alive = (site: Site, leaf: Leaf, see: See = seen) =>
    changesSight(site, leaf, see, [...words, ...new Set(namesIn([top, site]))]);
  const dead = (see: See = seen) => {
    const found = new Map<string, boolean>();
    for (const site of sites.values())
      for (const leaf of leaves(schema, site, "site", []))
        if (found.get(leaf.key) !== false) found.set(leaf.key, !alive(site, leaf, see));
    return { keys: [...found].flatMap(([key, is]) => (is ? [key] : [])).sort(), of: new Set(found.keys()) };
  };
  return { federation, sites, seen, alive, dead };
}

interface Hub {
  readonly use?: string;
  readonly profiles?: Readonly<Record<string, object>>;
  readonly [key: string]: unknown;
}

/** What an example's federation file may hold for its hubs. */
interface Inherited {
  readonly defaults?: { readonly site?: object; readonly hub?: Hub };
  readonly templates?: Readonly<Record<string, Hub>>;
}

function withInherited(file: Buffer, { defaults, templates }: Inherited): Site {
  const site = { ...defaults?.site, ...parse(`${file}`) };
  for (const [id, own] of Object.entries<Hub>(site.hubs ?? {})) {
    const { use, ...hub } = own;
    const layers: Hub[] = [defaults?.hub ?? {}, (use === undefined ? undefined : templates?.[use]) ?? {}, hub];
    site.hubs[id] = { ...Object.assign({}, ...layers), profiles: mergedProfiles(layers) };
  }
  return site;
}

/** Each profile as all layers together have it. */
function mergedProfiles(layers: readonly Hub[]): Record<string, object> {
  const merged: Record<string, object> = {};
  for (const { profiles = {} } of layers)
    for (const [id, profile] of Object.entries(profiles)) merged[id] = { ...merged[id], ...profile };
  return merged;
}

const before = new WeakMap<object, Map<See, string | undefined>>();

/** What is seen of a site as it is, which is asked for each of its keys. */
function known(site: object, see: See): string | undefined {
  const views = before.get(site) ?? new Map<See, string | undefined>();
  before.set(site, views);
  if (!views.has(see)) views.set(see, see(site));
  return views.get(see);
}

function changesSight(site: Site, { path, schema }: Leaf, see: See, names: readonly string[]): boolean {
  if (schema instanceof z.ZodLiteral) return true;
  const now = known(site, see);
  const value = path.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], site);
  for (const other of others(value, names)) {
    const after = see(changed(site, path, other));
    if (after !== undefined && after !== now) return true;
  }
  return false;
}
