import { z } from "zod";
import type { Finding, Path } from "./faults";
import { lookUp } from "./merge";
import { slug } from "./schema/fields";
import { aboutKey, alternatives, hasKey, nearestBelow, schemasAt } from "./schema/lookup";
import type { Tree } from "./yaml";

/** What kind of mistake a finding is, where the fix follows from the schema. */
export type Why = "missing" | "unknown" | "type" | "range" | "empty" | "long" | "form";

/** A finding before its fix is found. */
export interface Draft extends Omit<Finding, "fix"> {
  readonly fix?: string;
  readonly why?: Why;
}

/** The finding with what to do: as said by the schema, else as it follows from what stands there and what could. */
export function withFix(schema: z.ZodType, tree: Tree, draft: Draft): Finding {
  const { why = "form", fix, ...finding } = draft;
  return { ...finding, fix: fix ?? fixFor(schema, tree, draft, why) };
}

function fixFor(schema: z.ZodType, tree: Tree, { path, allowed }: Draft, why: Why): string {
  switch (why) {
    case "missing":
      return toAdd(schema, tree, path);
    case "unknown":
      return otherPlace(schema, tree, path) ?? "remove it";
    case "empty":
      return "write something here, or remove the key";
    case "long":
      return "shorten it";
    case "range":
      return `write ${allowed ?? "another one"}`;
    default:
      return spelling(schema, tree, path) ?? reshaped(schema, tree, path);
  }
}

function toAdd(schema: z.ZodType, tree: Tree, path: Path): string {
  const about = aboutKey(schema, tree, path);
  return `add \`${path.at(-1)}: ...\`${about ? ` (${about})` : ""}`;
}

/** Keys of one map that a misplaced one is looked for in. */
const mostSiblings = 50;

/** A key that is none here, but one level up, in a map beside it, or somewhere below: its indentation is wrong. */
function otherPlace(schema: z.ZodType, tree: Tree, path: Path): string | undefined {
  const key = String(path.at(-1));
  for (let up = path.length - 2; up >= 0; up--)
    if (hasKey(schemasAt(schema, tree, path.slice(0, up)), key))
      return `"${key}" is a key of the map that holds "${path[up]}": move it there, into one column with "${path[up]}"`;
  const here = path.slice(0, -1);
  const { node } = lookUp(tree, here);
  const before = node?.kind === "map" ? [...node.entries.keys()].slice(-mostSiblings).reverse() : [];
  for (const sibling of before) {
    const within = nearestBelow(schemasAt(schema, tree, [...here, sibling]), key);
    if (within) return `"${key}" is a key of ${[sibling, ...within].join(".")}: indent it below that`;
  }
  // what a site of another provider has at the top was meant there
  if (here.length === 0 && hasKey(alternatives(schema), key)) return undefined;
  const within = nearestBelow(schemasAt(schema, tree, here), key);
  return within ? `"${key}" is a key of ${within.join(".")}: move it there` : undefined;
}

const hours: Readonly<Record<string, number>> = { s: 1 / 3600, m: 1 / 60, min: 1 / 60, h: 1, d: 24, w: 168 };
const units: readonly [RegExp, number][] = [
  [/minutes$/i, 1 / 60],
  [/hours$/i, 1],
  [/days$/i, 24],
];

/** `60m` where minutes are counted: the number alone, in the unit that the key names. */
function withoutUnit(text: string, key: string): number | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?) *([a-z]+)$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  const [from, to] = [hours[unit.toLowerCase()], units.find(([name]) => name.test(key))?.[1]];
  return from === undefined || to === undefined ? Number(number) : Math.round((Number(number) * from) / to);
}

/** The same value as it should be spelled, if some spelling of it passes. */
function spelling(schema: z.ZodType, tree: Tree, path: Path): string | undefined {
  const { node } = lookUp(tree, path);
  if (node?.kind !== "scalar" || node.value === null || node.text.length > 200) return undefined;
  const schemas = schemasAt(schema, tree, path);
  const passes = (value: unknown) => schemas.some((s) => s.safeParse(value).success);
  const text = String(node.text);
  if (typeof node.value !== "string" && passes(text)) return `quote it: "${text}"`;
  const said = String(node.value);
  const number = withoutUnit(said, String(path.at(-1)));
  if (number !== undefined && passes(number)) return `write the number alone: ${number}`;
  const found = candidates(said).find((candidate) => candidate !== said && passes(candidate));
  return found === undefined ? undefined : `write ${found}`;
}

/** Likely spellings of what was meant, for names, sizes, paths, URLs. */
function candidates(text: string): string[] {
  const line = text.trim().replaceAll(/\s+/g, " ");
  const path = line.replaceAll(/\/{2,}/g, "/").replaceAll(/^\/+|\/+$/g, "");
  const sized = line.replace(
    /^(\d+(?:\.\d{1,2})?) *([MGTP])(?:i?B?)$/i,
    (_, n: string, u: string) => `${n}${u.toUpperCase()}i`,
  );
  return [
    line,
    line.toLowerCase(),
    line.replaceAll(" ", "-"),
    sized,
    `${line}Gi`,
    path,
    `/${path}`,
    line.replace(/\/+$/, ""),
    slug(line),
  ];
}

/** Nothing of what stands there can stay: what could stand there instead. */
function reshaped(schema: z.ZodType, tree: Tree, path: Path): string {
  const { node } = lookUp(tree, path);
  const schemas = schemasAt(schema, tree, path);
  const key = String(path.at(-1));
  const above = schemasAt(schema, tree, path.slice(0, -1));
  const named = above.find((s) => s instanceof z.ZodRecord);
  if (node?.kind !== "map" && named && hasKey(schemasAt(schema, tree, path), key))
    return `"${key}" is a key of what is named here: write a name, and indent "${key}" below it`;
  const words = schemas.flatMap(wordsOf);
  if (node?.kind === "scalar" && words.includes("none") && /^(no|off|false|null|~|)$/i.test(node.text))
    return "write none";
  if (words.length === 1 && schemas.length === 1) return `write ${words[0]}`;
  const map = schemas.find((s) => s instanceof z.ZodObject);
  if (map && schemas.length === 1) return `write its keys below it, indented: ${Object.keys(map.shape)[0]}: ...`;
  if (schemas.some((s) => s instanceof z.ZodRecord))
    return "write names below it, indented, each with what it stands for";
  if (schemas.some((s) => s instanceof z.ZodArray)) return "write a list: [one, other]";
  if (words.length > 0) return "write one of those allowed";
  return typeof path.at(-1) === "number" ? "write it in that form, or remove the entry" : "write it in that form";
}

/** The words that a schema allows, where it allows nothing else. */
function wordsOf(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodEnum) return Object.values(schema.def.entries).map(String);
  return schema instanceof z.ZodLiteral ? [...schema.values].map(String) : [];
}
