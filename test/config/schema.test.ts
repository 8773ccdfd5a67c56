import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type ValidateFunction } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { federation } from "../../config/schema/federation";
import { jsonSchema } from "../../config/schema/json";
import { site } from "../../config/schema/site";
import { keysBelow } from "./keys-below";

const keys = [...keysBelow(federation, "federation"), ...keysBelow(site, "site")];

test("every key says what it means", () => {
  expect(keys.length).toBeGreaterThan(100);
  expect(keys.filter(({ about }) => about === undefined || about.length < 5).map((k) => k.path)).toEqual([]);
});

test("every key that may be left out says what holds then", () => {
  const whole = keys.filter((k) => !/^federation\.(defaults|templates)\./.test(k.path) && k.hasDefault);
  expect(whole.length).toBeGreaterThan(30);
  const says = /default|On by|On where|Required/i;
  expect(whole.filter((k) => !says.test(k.about ?? "")).map((k) => k.path)).toEqual([]);
});

const demo = join(__dirname, "../../config/federations/demo");
const validators = { federation: compiled("federation"), site: compiled("site") };

function compiled(kind: "federation" | "site"): ValidateFunction {
  return new Ajv({ strictTypes: false, allowUnionTypes: true, strict: true }).compile(jsonSchema(kind));
}

function errors(validate: ValidateFunction, data: unknown): string[] {
  return validate(data) ? [] : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`);
}

test("the demo's files pass the printed JSON schemas", () => {
  expect(errors(validators.federation, parse(readFileSync(join(demo, "federation.yaml"), "utf8")))).toEqual([]);
  for (const file of readdirSync(join(demo, "sites")))
    expect(errors(validators.site, parse(readFileSync(join(demo, "sites", file), "utf8"))), file).toEqual([]);
});

test("files may leave out what is inherited, name a template, and say null", () => {
  const hubs = { prod: { use: "college", ports: 9010, dask: null, cull: { idleMinutes: null } }, gone: null };
  expect(
    errors(validators.site, {
      site: "a",
      timezone: null,
      lake: { buckets: { s: { expire: "none" } } },
      zarrGateway: "none",
    }),
  ).toEqual([]);
  expect(errors(validators.site, { site: "a", hubs: { prod: hubs.prod } })).toEqual([]);
});

test("editors see a wrong key, value, type or name", () => {
  for (const wrong of [
    {},
    { site: "a", oops: 1 },
    { site: "a", provider: "hcp" },
    { site: "a", institution: 5 },
    { site: "A" },
    { site: "a", hubs: { Prod: {} } },
    { site: "a", hubs: { prod: { dask: { idleMinutes: 0 } } } },
    { site: "a", datasets: { d: { title: "T" } } },
  ])
    expect(errors(validators.site, wrong), JSON.stringify(wrong)).not.toEqual([]);
  expect(errors(validators.federation, { format: 2 })).not.toEqual([]);
  expect(
    errors(validators.federation, {
      format: 1,
      federation: "f",
      title: "F",
      contact: "a@b.example",
      sites: [],
      templates: { t: { oops: 1 } },
    }),
  ).not.toEqual([]);
});

test("descriptions reach the JSON schema", () => {
  const printed = JSON.stringify([jsonSchema("federation"), jsonSchema("site")]);
  for (const { path, about } of keys) expect(printed.includes(JSON.stringify(about)), path).toBe(true);
  expect(printed).not.toContain("keyPattern");
});
