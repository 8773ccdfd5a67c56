import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyOfDemo, filesBelow, repository, synth } from "./synth-demo";

let folder: string;
let output: string;
beforeAll(() => {
  folder = copyOfDemo();
  output = synth(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Digests change with every edit of a static file; the golden shows what the config makes. */
function readable(text: string): string {
  return `${text.trimEnd()}\n`
    .replaceAll(/\b[0-9a-f]{64}\b/g, "<sha256>")
    .replaceAll(/"version": "\d+\.\d+\.\d+"/g, '"version": "<version>"');
}

const golden = join(repository, "test/golden/demo");

/** What a stack renders, but the static files that every bundle carries and the catalog: path below the golden folder -> text. */
function renderedStacks(): Map<string, string> {
  const stacks = readdirSync(join(output, "stacks")).sort();
  const all = stacks.flatMap((stack) =>
    [...filesBelow(join(output, "stacks", stack))].map(([path, text]) => ({ stack, path, text })),
  );
  const rendered = all.filter(
    ({ path }) => !/^bundle\/((kit|locks|config|starter|templates|labconfig)\/|pages\.json)/.test(path),
  );
  return new Map(rendered.map(({ stack, path, text }) => [join(stack, path), text]));
}

/** The catalog's pages: the same at every site, so they are reviewed once. */
function renderedCatalog(site: string): Map<string, string> {
  const packed = readFileSync(join(output, `stacks/${site}-base/bundle/pages.json`), "utf8");
  return new Map(
    Object.entries(JSON.parse(packed) as Record<string, string>).map(([path, text]) => [join("catalog", path), text]),
  );
}

test("the demo's stacks, everything rendered for them and the catalog are as reviewed", async () => {
  const all = new Map([...renderedStacks(), ...renderedCatalog("east")]);
  for (const [path, text] of all) await expect(readable(text)).toMatchFileSnapshot(join(golden, path));
  expect([...filesBelow(golden).keys()]).toEqual([...all.keys()].sort());
});

test("the catalog is the same at every site, stores included", () => {
  const pages = renderedCatalog("east");
  expect([...pages.keys()]).toContain("catalog/stac/archive/catalog.json");
  expect(renderedCatalog("west")).toEqual(pages);
});

test("two synths are equal byte for byte", () => {
  const again = copyOfDemo();
  try {
    expect(filesBelow(synth(again))).toEqual(filesBelow(output));
    expect(filesBelow(synth(folder))).toEqual(filesBelow(join(again, "cdktf.out")));
  } finally {
    rmSync(again, { recursive: true });
  }
});

test("cdktf 0.21.0 gives the same stacks, but for its version", () => {
  const archived = synth(folder, ["-r", join(__dirname, "use-archived-cdktf.cjs")], "cdktf-archived.out");
  const stacks = (at: string) =>
    new Map(
      [...filesBelow(join(at, "stacks"))].map(([path, text]): [string, unknown] => {
        if (!path.endsWith("cdk.tf.json")) return [path, text];
        const json = JSON.parse(text) as { "//"?: { metadata?: { version?: string } } };
        delete json["//"]?.metadata?.version;
        return [path, json];
      }),
    );
  const version = (at: string) =>
    /"version": "(\S+)"/.exec(readFileSync(join(at, "stacks/east-base/cdk.tf.json"), "utf8"))?.[1];
  expect(version(archived)).toBe("0.21.0");
  expect(version(output)).not.toBe("0.21.0");
  expect(stacks(archived)).toEqual(stacks(output));
});

test("no stack reads another's state, and nothing names this machine", () => {
  for (const [path, text] of filesBelow(output)) {
    expect(text, path).not.toContain("terraform_remote_state");
    expect(text, path).not.toContain(folder);
    expect(text, path).not.toContain(repository);
  }
});
