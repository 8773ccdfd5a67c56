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

test("the demo's stacks and everything rendered for them are as reviewed", async () => {
  for (const stack of readdirSync(join(output, "stacks")).sort()) {
    const files = filesBelow(join(output, "stacks", stack));
    const rendered = [...files].filter(([path]) => !/^bundle\/(kit|locks|config|catalog)\//.test(path));
    for (const [path, text] of rendered)
      await expect(readable(text)).toMatchFileSnapshot(join(repository, "test/golden/demo", stack, path));
  }
});

test("the catalog is as reviewed, and the same at every site", async () => {
  const pages = filesBelow(join(output, "stacks/east-base/bundle/catalog"));
  expect(filesBelow(join(output, "stacks/west-base/bundle/catalog"))).toEqual(pages);
  expect([...pages.keys()]).toContain("stac/archive/catalog.json");
  for (const [path, text] of pages)
    await expect(readable(text)).toMatchFileSnapshot(join(repository, "test/golden/demo/catalog", path));
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
