import { z } from "zod";
import { inner } from "../../config/schema/lookup";

/**
 * Keys and alternatives of a schema that none of these values holds, as paths. What `defaults` and `templates` may hold
 * is the same as under sites and hubs, so it is not asked for again.
 */
export function unwritten(schema: z.ZodType, values: readonly unknown[], path: string): string[] {
  const found = new Map<string, boolean>();
  visited.clear();
  visit(schema, values, path, (at, written) => found.set(at, written || found.get(at) === true));
  return [...found].filter(([, written]) => !written).map(([at]) => at);
}

/** Providers under which hubs on Kubernetes were asked for: they are the same under all, so under one is enough. */
const visited = new Set<string | undefined>();

type Tell = (path: string, written: boolean) => void;

function visit(schema: z.ZodType, values: readonly unknown[], path: string, tell: Tell): void {
  const own = inner(schema);
  const there = values.filter((v) => v !== undefined && v !== null) as NonNullable<unknown>[];
  tell(path, there.length > 0);
  if (own instanceof z.ZodObject && "namedServers" in own.shape) {
    const provider = path.split(".")[0];
    if (visited.size > 0 && !visited.has(provider)) return;
    visited.add(provider);
  }
  if (there.length === 0 || /\.(defaults\.site|defaults\.hub|templates\.\*)$/.test(path)) return;
  const below = (inside: unknown, of: readonly unknown[], at: string) => visit(inside as z.ZodType, of, at, tell);
  if (own instanceof z.ZodUnion)
    own.def.options.forEach((option, i) => {
      const fits = there.filter((v) => (option as z.ZodType).safeParse(v).success);
      if (option instanceof z.ZodObject && own instanceof z.ZodDiscriminatedUnion) below(option, fits, path);
      else below(option, fits, `${path}|${i}`);
    });
  else if (own instanceof z.ZodObject)
    for (const [key, value] of Object.entries(own.shape))
      below(
        value,
        there.map((v) => (v as Record<string, unknown>)[key]),
        `${path}.${key}`,
      );
  else if (own instanceof z.ZodRecord)
    below(
      own.def.valueType,
      there.flatMap((v) => Object.values(v)),
      `${path}.*`,
    );
  else if (own instanceof z.ZodArray) below(own.def.element, there.flat(), `${path}[]`);
  else for (const word of wordsOf(own)) tell(`${path}=${word}`, there.includes(word as string));
}

function wordsOf(schema: z.ZodType): readonly unknown[] {
  if (schema instanceof z.ZodEnum) return Object.values(schema.def.entries);
  if (schema instanceof z.ZodLiteral) return [...schema.values];
  return schema instanceof z.ZodBoolean ? [true, false] : [];
}
