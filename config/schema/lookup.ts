import { z } from "zod";
import type { Path } from "../faults";
import { lookUp } from "../merge";
import type { Tree } from "../yaml";

/** A schema without what makes it optional. */
export function inner(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? inner(schema.def.innerType as z.ZodType) : schema;
}

/** Its alternatives, or itself. */
export function alternatives(schema: z.ZodType): z.ZodType[] {
  const own = inner(schema);
  return own instanceof z.ZodUnion ? own.def.options.flatMap((o) => alternatives(o as z.ZodType)) : [own];
}

/** Of alternatives that are told apart by a word, those that the word in the tree is for; all where it is for none. */
function meant(schemas: readonly z.ZodType[], node: Tree | undefined): readonly z.ZodType[] {
  const fits = schemas.filter((schema) => {
    if (!(schema instanceof z.ZodObject)) return true;
    return Object.entries(schema.shape).every(([key, value]) => {
      const word = node?.kind === "map" ? node.entries.get(key)?.value : undefined;
      const literal = inner(value as z.ZodType);
      return !(literal instanceof z.ZodLiteral) || word?.kind !== "scalar" || literal.values.has(word.value);
    });
  });
  return fits.length > 0 ? fits : schemas;
}

/** The schemas of what may stand at a path of a tree. */
export function schemasAt(schema: z.ZodType, tree: Tree, path: Path): readonly z.ZodType[] {
  let found = meant(alternatives(schema), tree);
  path.forEach((part, i) => {
    const next = found.flatMap((s) => below(s, part));
    found = meant(next.flatMap(alternatives), lookUp(tree, path.slice(0, i + 1)).node);
  });
  return found;
}

function below(schema: z.ZodType, part: string | number): z.ZodType[] {
  if (schema instanceof z.ZodArray) return [schema.def.element as z.ZodType];
  if (schema instanceof z.ZodRecord) return [schema.def.valueType as z.ZodType];
  const value = schema instanceof z.ZodObject && Object.hasOwn(schema.shape, part) ? schema.shape[part] : undefined;
  return value ? [value as z.ZodType] : [];
}

/** What a key at a path means, from its schema: the first sentence of its description. */
export function aboutKey(schema: z.ZodType, tree: Tree, path: Path): string | undefined {
  const key = path.at(-1);
  for (const above of schemasAt(schema, tree, path.slice(0, -1)))
    for (const value of key === undefined ? [] : below(above, key)) {
      const about = value.description ?? inner(value).description;
      if (about !== undefined) return /^.*?[^.](?=\.(?:\s|$)|$)/.exec(about)?.[0];
    }
  return undefined;
}

/** Whether one of these schemas is a map that has a key. */
export function hasKey(schemas: readonly z.ZodType[], key: string): boolean {
  return schemas.some((s) => s instanceof z.ZodObject && Object.hasOwn(s.shape, key));
}

/** The nearest place below a schema whose map has a key; `<name>` stands for a name of the user's. */
export function nearestBelow(schemas: readonly z.ZodType[], key: string): string[] | undefined {
  let level = schemas.map((schema) => ({ schema, path: [] as string[] }));
  for (let depth = 0; depth < 6 && level.length > 0; depth++) {
    const hit = level.find(({ schema }) => hasKey([schema], key));
    if (hit) return hit.path;
    level = level.flatMap(({ schema, path }) => entries(schema).map(([k, s]) => ({ schema: s, path: [...path, k] })));
  }
  return undefined;
}

function entries(schema: z.ZodType): [string, z.ZodType][] {
  if (schema instanceof z.ZodRecord) return alternatives(schema.def.valueType as z.ZodType).map((s) => ["<name>", s]);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, value]) =>
    alternatives(value as z.ZodType).map((s): [string, z.ZodType] => [key, s]),
  );
}
