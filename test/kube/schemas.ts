import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cached } from "../cache";
import { until } from "../until";
import type { Cluster } from "./cluster";

type Schema = Readonly<Record<string, unknown>>;
type Definitions = Readonly<Record<string, Schema>>;

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const PREFIX = "#/definitions/";

/** Types that the server reads otherwise than its OpenAPI page says. */
const SPECIAL: Definitions = {
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": { type: ["string", "integer"] },
  "io.k8s.apimachinery.pkg.api.resource.Quantity": { type: ["string", "number"] },
  "io.k8s.apimachinery.pkg.runtime.RawExtension": { type: "object" },
};

/**
 * JSON schemas of every kind that a cluster's API serves, custom ones included, as kubeconform reads them: made once for
 * one answer of the server, with every field that the server does not know refused.
 *
 * @param kinds custom kinds to wait for: the server's page follows their definitions after a moment
 */
export async function schemasOf(cluster: Cluster, kinds: readonly string[] = []): Promise<string> {
  const body = await until(`the API tells of ${kinds.join(", ") || "its kinds"}`, 120, async () => {
    const page = (await cluster.ask("GET", "/openapi/v2")).body;
    return kinds.every((kind) => page.includes(`"kind":"${kind}"`)) && page;
  });
  const digest = createHash("sha256").update(body).digest("hex").slice(0, 12);
  return cached(`kube/schemas-1-${digest}`, (folder) =>
    writeSchemas(JSON.parse(body).definitions as Definitions, folder),
  );
}

/** Pattern by which kubeconform finds a kind's schema in a folder. */
export function schemaLocation(folder: string): string {
  return join(folder, "{{.ResourceKind}}-{{.Group}}-{{.ResourceAPIVersion}}.json");
}

function writeSchemas(definitions: Definitions, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const definition of Object.values(definitions)) {
    const kinds = (definition["x-kubernetes-group-version-kind"] ?? []) as readonly Kind[];
    const [only] = kinds;
    if (!only || kinds.length > 1) continue; // options of requests, which every group has
    const name = `${only.kind.toLowerCase()}-${only.group || only.version}-${only.version}.json`;
    writeFileSync(join(folder, name), JSON.stringify(kindSchema(definition, only, definitions)));
  }
}

/** A kind's schema by itself: kubeconform cannot follow references to other files. */
export function kindSchema(definition: Schema, { group, version, kind }: Kind, definitions: Definitions): Schema {
  const whole = inlined(definition, definitions, []) as { properties?: Schema };
  const properties = { ...whole.properties };
  properties.apiVersion = { const: group ? `${group}/${version}` : version };
  properties.kind = { const: kind };
  return { $schema: "http://json-schema.org/draft-07/schema#", ...whole, properties };
}

function inlined(schema: Schema, definitions: Definitions, within: readonly string[]): Schema {
  if (typeof schema.$ref === "string") {
    const name = schema.$ref.slice(PREFIX.length);
    const target = definitions[name];
    if (SPECIAL[name]) return SPECIAL[name];
    if (!target || within.includes(name)) return {}; // a schema within a schema, as in CustomResourceDefinitions
    return inlined(target, definitions, [...within, name]);
  }
  if (schema["x-kubernetes-int-or-string"]) return { type: ["string", "integer"] };
  const properties = schema.properties as Record<string, Schema> | undefined;
  const required = (schema.required ?? []) as readonly string[];
  return {
    ...(schema.type ? { type: schema.type } : {}),
    ...(schema.enum ? { enum: schema.enum } : {}),
    ...(required.length > 0 ? { required } : {}),
    ...(schema.items ? { items: inlined(schema.items as Schema, definitions, within) } : {}),
    ...(properties ? { properties: inlinedAll(properties, required, definitions, within) } : {}),
    ...additional(schema, definitions, within),
  };
}

function inlinedAll(
  properties: Record<string, Schema>,
  required: readonly string[],
  definitions: Definitions,
  within: readonly string[],
): Schema {
  const one = ([name, schema]: [string, Schema]) => {
    const whole = inlined(schema, definitions, within);
    return [name, required.includes(name) ? whole : orNull(whole)] as const;
  };
  return Object.fromEntries(Object.entries(properties).map(one));
}

/** The server takes null for a field that may be left out. */
function orNull(schema: Schema): Schema {
  if (schema.type === undefined || schema.enum) return schema;
  return { ...schema, type: [schema.type, "null"].flat() };
}

function additional(schema: Schema, definitions: Definitions, within: readonly string[]): Schema {
  if (schema["x-kubernetes-preserve-unknown-fields"]) return {};
  if (typeof schema.additionalProperties === "object" && schema.additionalProperties !== null) {
    return { additionalProperties: inlined(schema.additionalProperties as Schema, definitions, within) };
  }
  return schema.properties ? { additionalProperties: false } : {};
}
