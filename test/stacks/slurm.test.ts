import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { filesBelow, repository, synth } from "./synth-demo";

const folder = mkdtempSync(join(tmpdir(), "isthmus-slurm-"));
afterAll(() => rmSync(folder, { recursive: true }));
const golden = join(repository, "test/golden/slurm");

/** What the page about Slurm shows, synthesized: path below the stacks -> text, without what every bundle carries. */
function rendered(): Map<string, string> {
  const page = readFileSync(join(repository, "docs/slurm.md"), "utf8");
  mkdirSync(join(folder, "sites"));
  writeFileSync(join(folder, "sites/rhine.yaml"), /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "");
  const top = "format: 1\nfederation: pangeo\ntitle: Pangeo\ncontact: https://example.org\nsites: [sites/*.yaml]\n";
  writeFileSync(join(folder, "federation.yaml"), top);
  const files = [...filesBelow(join(synth(folder), "stacks"))];
  return new Map(
    files.filter(
      ([path]) => !/\/bundle\/((kit|locks|config|starter|templates|labconfig)\/|pages\.json|portal)/.test(path),
    ),
  );
}

/** Digests change with every edit of a static file. */
function readable(text: string): string {
  return `${text.trimEnd()}\n`
    .replaceAll(/\b[0-9a-f]{64}\b/g, "<sha256>")
    .replaceAll(/"version": "\d+\.\d+\.\d+"/g, '"version": "<version>"');
}

test("a site on Slurm: its stacks and what is rendered for them as reviewed", async () => {
  const all = rendered();
  for (const [path, text] of all) await expect(readable(text)).toMatchFileSnapshot(join(golden, path));
  expect([...filesBelow(golden).keys()]).toEqual([...all.keys()].sort());
});
