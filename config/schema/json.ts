import { z } from "zod";
import { siteFile } from "./as-written";
import { federation } from "./federation";

/** The files that users write. */
export const fileKinds = ["federation", "site"] as const;
export type FileKind = (typeof fileKinds)[number];

type JsonSchema = z.core.JSONSchema.BaseSchema;

const titles: Record<FileKind, string> = { federation: "Isthmus federation", site: "Isthmus site" };

/**
 * The JSON schema of a file as users write it, for editors: draft 7, which yaml-language-server reads best. A site's file
 * may leave out what `defaults` and `templates` bring, so only `isthmus validate` can tell that something is missing there.
 */
export function jsonSchema(kind: FileKind): JsonSchema {
  const made = z.toJSONSchema(kind === "federation" ? federation : siteFile(), {
    target: "draft-7",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema instanceof z.ZodRecord) nameKeys(jsonSchema);
    },
  });
  // Through JSON once, so that what zod shares between places can be changed in one of them.
  const schema = JSON.parse(JSON.stringify(made)) as JsonSchema;
  allowNulls(schema);
  return { ...schema, title: titles[kind] };
}

/** The pattern of a map's names, which `named` left in the schema's notes. */
function nameKeys(schema: JsonSchema): void {
  if (typeof schema.keyPattern === "string") schema.propertyNames = { pattern: schema.keyPattern };
  delete schema.keyPattern;
}

/** `key:` with nothing behind it is as if never written, so it is allowed wherever the key is not required. */
function allowNulls(schema: unknown): void {
  if (typeof schema !== "object" || schema === null) return;
  for (const inner of Object.values(schema)) allowNulls(inner);
  const { properties, required = [] } = schema as JsonSchema;
  if (typeof properties !== "object") return;
  for (const [key, value] of Object.entries(properties))
    if (typeof value === "object" && !required.includes(key)) properties[key] = orNull(value);
}

function orNull(value: JsonSchema): JsonSchema {
  const { description, ...rest } = value;
  const about = description === undefined ? {} : { description };
  if (rest.anyOf) return { ...about, ...rest, anyOf: [...rest.anyOf, { type: "null" }] };
  if (typeof rest.type === "string" && rest.const === undefined && rest.enum === undefined)
    return { ...about, ...rest, type: [rest.type, "null"] as unknown as "null" };
  return { ...about, anyOf: [rest, { type: "null" }] };
}
