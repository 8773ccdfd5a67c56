import { z } from "zod";
import { inner } from "../../config/schema/lookup";

/** A key of a schema. */
export interface Key {
  readonly path: string;
  readonly schema: z.ZodType;
  readonly about: string | undefined;
  readonly optional: boolean;
  /** It may be left out, and what it holds does not have defaults of its own. */
  readonly hasDefault: boolean;
}

/** Every key of every map below a schema, with what it says of itself; keys of alternatives come as often as they stand there. */
export function keysBelow(schema: z.ZodType, path: string): Key[] {
  const below = (inside: unknown, at = path) => keysBelow(inside as z.ZodType, at);
  const own = inner(schema);
  if (own instanceof z.ZodArray) return below(own.def.element, `${path}[]`);
  if (own instanceof z.ZodRecord) return below(own.def.valueType, `${path}.*`);
  if (own instanceof z.ZodUnion) return own.def.options.flatMap((o) => below(o));
  if (!(own instanceof z.ZodObject)) return [];
  return Object.entries(own.shape).flatMap(([key, value]) => {
    const optional = value instanceof z.ZodOptional;
    const at = inner(value as z.ZodType);
    const about = (value as z.ZodType).description ?? at.description;
    const hasDefault = optional && !(at instanceof z.ZodObject);
    const told = { path: `${path}.${key}`, schema: at, about, optional, hasDefault };
    return [told, ...below(value, told.path)];
  });
}
