import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { namesBelow } from "./names-below";

const repository = join(__dirname, "..");
const layers = ["bin", "config", "stacks", "constructs", "charts"] as const;

interface Import {
  readonly from: string;
  /** A file of ours (from the repository's root), or a package's name with its path. */
  readonly to: string;
  /** It leaves nothing behind in JavaScript. */
  readonly typeOnly: boolean;
  /** Loaded where the code says so, not with the file. */
  readonly lazy: boolean;
}

function sources(): string[] {
  return layers.flatMap((layer) =>
    namesBelow(join(repository, layer))
      .filter((name) => name.endsWith(".ts") && !name.includes("node_modules"))
      .map((name) => join(layer, name)),
  );
}

function importsOf(from: string): Import[] {
  const file = ts.createSourceFile(from, readFileSync(join(repository, from), "utf8"), ts.ScriptTarget.ES2022);
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean, lazy = false) => {
    if (node && ts.isStringLiteralLike(node)) found.push({ from, to: target(from, node.text), typeOnly, lazy });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && isLoad(node.expression)) add(node.arguments[0], false, true);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  return !clause.name && !!names && ts.isNamedImports(names) && names.elements.every((e) => e.isTypeOnly);
}

function isLoad(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === "require");
}

function target(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const path = join(dirname(from), specifier.replace(/\.js$/, ""));
  return [`${path}.ts`, `${path}/index.ts`].find((p) => existsSync(join(repository, p))) ?? path;
}

const imports = sources().flatMap(importsOf);
const layerOf = (path: string) => layers.find((layer) => path.startsWith(`${layer}/`));

/**
 * bin -> config -> stacks -> constructs/charts: what each layer may load of the others. Constructs and charts get resolved
 * data from their callers, so of config they know its types, and load the names and the package's own place only.
 */
const mayLoad: Record<string, (to: string, typeOnly: boolean) => boolean> = {
  bin: () => true,
  config: (to) => to.startsWith("config/"),
  stacks: (to) => !to.startsWith("bin/"),
  constructs: (to, typeOnly) => /^(constructs|charts)\//.test(to) || ofConfig(to, typeOnly),
  charts: (to, typeOnly) => to.startsWith("charts/") || ofConfig(to, typeOnly),
};

function ofConfig(to: string, typeOnly: boolean): boolean {
  return to.startsWith("config/") && (typeOnly || /^config\/(?:(?:aws-|google-)?names|package-root)\.ts$/.test(to));
}

test("imports point one way", () => {
  expect(imports.length).toBeGreaterThan(100);
  const ours = imports.filter(({ to }) => layerOf(to) !== undefined);
  const wrong = ours.filter(({ from, to, typeOnly }) => !mayLoad[layerOf(from) ?? ""]?.(to, typeOnly));
  expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
});

test("nothing outside the layers is imported but packages", () => {
  const outside = imports.filter(({ to }) => layerOf(to) === undefined && /^(test|dist|\.)/.test(to));
  expect(outside.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
});

test("cdktf is imported by stacks, constructs and bin/synth.ts only", () => {
  const engine = imports.filter(({ to }) => /^(cdktf|constructs|@cdktf\/)/.test(to) && layerOf(to) === undefined);
  const wrong = engine.filter(({ from }) => !/^(stacks|constructs)\//.test(from) && from !== "bin/synth.ts");
  expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  expect(engine.length).toBeGreaterThan(0);
});

test("provider bindings are imported one resource at a time: a barrel takes seconds and half a gigabyte", () => {
  const barrels = imports.filter(({ to }) => /^@cdktf\/provider-[^/]+(\/lib)?$/.test(to));
  expect(barrels.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
});

test("no file names itself through others, types included", () => {
  const loads = new Map<string, string[]>();
  for (const { from, to, lazy } of imports) if (!lazy && layerOf(to)) loads.set(from, [...(loads.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (path.includes(file) || done.has(file)) return;
    for (const next of loads.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of loads.keys()) walk(file, []);
  expect(cycles).toEqual([]);
});

test("commands that do not synthesize load no engine", () => {
  const program = join(repository, "dist/bin/isthmus.js");
  const report =
    'process.on("exit", () => process.stderr.write("LOADED " + JSON.stringify(Object.keys(require.cache))))';
  const hook = `data:text/javascript,${encodeURIComponent(`import { createRequire } from "node:module"; const require = createRequire(${JSON.stringify(program)}); ${report}`)}`;
  for (const args of [["--help"], ["validate"], ["rules"], ["schema", "site"], ["synth", "--help"]]) {
    const run = spawnSync(process.execPath, ["--import", hook, program, ...args], {
      encoding: "utf8",
      cwd: repository,
    });
    const loaded = JSON.parse(/LOADED (.*)$/m.exec(run.stderr)?.[1] ?? "[]") as string[];
    expect(run.status, `${args.join(" ")}: ${run.stderr.slice(0, 500)}`).toBe(0);
    expect(loaded.length, args.join(" ")).toBeGreaterThan(20);
    const engine = loaded
      .map((f) => relative(repository, f))
      .filter((f) => /node_modules\/(cdktf|constructs|@cdktf)\//.test(f));
    expect(engine, args.join(" ")).toEqual([]);
  }
});
