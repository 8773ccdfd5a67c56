import { z } from "zod";
import { block } from "./fields";

/**
 * A schema with every key of every map optional, at any depth: what `defaults` and `templates` may hold, and what stands
 * in a site's file when the rest comes from there. Lists stay whole, because they replace. `instead` names schemas that
 * another one stands for.
 */
export function partial(schema: z.ZodType, instead: ReadonlyMap<z.ZodType, z.ZodType> = new Map()): z.ZodType {
  const other = instead.get(schema);
  if (other) return other;
  const made = looser(schema, instead);
  return made === schema || schema.description === undefined ? made : made.describe(schema.description);
}

function looser(schema: z.ZodType, instead: ReadonlyMap<z.ZodType, z.ZodType>): z.ZodType {
  const deeper = (inner: unknown) => partial(inner as z.ZodType, instead);
  if (schema instanceof z.ZodOptional) return deeper(schema.def.innerType).optional();
  if (schema instanceof z.ZodObject) return partialBlock(schema, instead);
  if (schema instanceof z.ZodUnion)
    return z.union(schema.def.options.map(deeper) as unknown as [z.ZodType, ...z.ZodType[]]);
  if (schema instanceof z.ZodRecord) {
    // A copy of the definition: the check of the keys goes with it.
    return schema.clone({ ...schema.def, valueType: deeper(schema.def.valueType) }).meta(schema.meta() ?? {});
  }
  return schema;
}

/** The same for a map, whose keys stay at hand; `without` leaves keys out. */
export function partialBlock(
  schema: z.ZodObject,
  instead: ReadonlyMap<z.ZodType, z.ZodType> = new Map(),
  without: readonly string[] = [],
) {
  const kept = Object.entries(schema.shape).filter(([key]) => !without.includes(key));
  return block(Object.fromEntries(kept.map(([key, value]) => [key, keyOf(value as z.ZodType, instead)])));
}

function keyOf(value: z.ZodType, instead: ReadonlyMap<z.ZodType, z.ZodType>): z.ZodType {
  const made = partial(value, instead);
  if (made instanceof z.ZodOptional) return made;
  return made.description === undefined ? made.optional() : made.optional().describe(made.description);
}
