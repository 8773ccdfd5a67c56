import { z } from "zod";
import { awsSite } from "../config/schema/aws-site";
import { googleSite } from "../config/schema/google-site";
import { keysBelow } from "./config/keys-below";

/** Keys of a site on a cloud, with what may stand there; the alternatives that a `kind` chooses are keys too: `dns.kind: manual`. */
export type SiteKeys = ReadonlyMap<string, ReadonlySet<string>>;

function keysOf(schema: z.ZodType): SiteKeys {
  const found = new Map<string, Set<string>>();
  for (const { path, schema: own, optional } of keysBelow(schema, "")) {
    const chosen = own instanceof z.ZodLiteral && path.endsWith(".kind") ? `: ${[...own.values]}` : "";
    const key = path.slice(1) + chosen;
    found.set(key, (found.get(key) ?? new Set()).add(`${shape(own)}${optional ? ", or nothing" : ""}`));
  }
  return found;
}

/**
 * What a value may be, whatever is said of it; of a map only that it is one, since its keys are compared by themselves.
 */
function shape(schema: z.ZodType): string {
  const made = z.toJSONSchema(schema, {
    override: ({ zodSchema, jsonSchema }) => {
      delete jsonSchema.description;
      if (!(zodSchema instanceof z.ZodObject)) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
      jsonSchema.type = "object";
    },
  });
  return JSON.stringify(made, (key, value) => (key === "anyOf" ? distinct(value) : value));
}

function distinct(shapes: readonly unknown[]): string[] {
  return [...new Set(shapes.map((one) => JSON.stringify(one)))];
}

/** Keys of sites on each cloud. */
export const sides: Readonly<Record<"aws" | "google", SiteKeys>> = {
  aws: keysOf(awsSite),
  google: keysOf(googleSite),
};

/** Keys below which both clouds have the same to the last word, or which a page tells of by their own block. */
export const whole = ["state", "tls", "hubs", "zarrGateway", "monitoring"] as const;

/** What retires is written as what stays. */
export const retiring = "cluster.retiring.*";

/** Whether a key lies below one of those. */
export function isBelow(key: string, above: readonly string[]): boolean {
  return above.some((one) => key.startsWith(`${one}.`) && key.length > one.length);
}

/** Keys that mean the same on both, and take the same. */
export function alike(): string[] {
  const { aws, google } = sides;
  const same = (key: string) =>
    JSON.stringify([...(aws.get(key) ?? [])]) === JSON.stringify([...(google.get(key) ?? [])]);
  return [...aws.keys()].filter((key) => google.has(key) && same(key));
}
