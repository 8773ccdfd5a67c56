import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Ajv from "ajv";
import { type Chart, charts } from "../../charts/pins";

const inside = join("shared", "chart-schemas");

/** Where schemas of upstream charts are: ISTHMUS_CHART_SCHEMAS, else beside the repository or further up. */
function folder(): string | undefined {
  if (process.env.ISTHMUS_CHART_SCHEMAS) return process.env.ISTHMUS_CHART_SCHEMAS;
  for (let at = __dirname; dirname(at) !== at; at = dirname(at))
    if (existsSync(join(at, inside))) return join(at, inside);
  return undefined;
}

function fileOf({ name, version }: Chart): string {
  return join(folder() ?? "", `${name}-${version}.schema.json`);
}

/** Why values of a chart cannot be checked here; nothing where they can. */
export function missingSchema(chart: keyof typeof charts): string | undefined {
  const pin = charts[chart];
  return existsSync(fileOf(pin))
    ? undefined
    : `no values schema of ${pin.name} ${pin.version} at hand (ISTHMUS_CHART_SCHEMAS)`;
}

/** What the schema of an upstream chart finds wrong with values, one a line: `/path what`. */
export function faultsOfValues(chart: keyof typeof charts, values: object): string[] {
  const schema = partial(JSON.parse(readFileSync(fileOf(charts[chart]), "utf8"))) as object;
  const check = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
  check(JSON.parse(JSON.stringify(values)));
  return (check.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${Object.values(params).join()}`,
  );
}

/** A schema as it is for values that are merged with the chart's own: nothing is required, but where it tells alternatives apart. */
function partial(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(partial);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]) =>
      (key === "required" && Array.isArray(value)) || key.startsWith("$schema")
        ? []
        : [[key, key === "oneOf" ? value : partial(value)]],
    ),
  );
}
