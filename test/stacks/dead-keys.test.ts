import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { afterAll, expect, test } from "vitest";
import { catalogOf } from "../../bin/catalog-files";
import { targetVersions } from "../../bin/synth";
import { resolveFederation } from "../../config/resolve/federation";
import { rules } from "../../config/rules/all";
import { kubernetesSite } from "../../config/schema/kubernetes-site";
import { kubernetesStacks } from "../../stacks/kubernetes/stacks";
import { alive, federation, files, leaves, merged } from "../fuzz/dead-keys";

const directory = mkdtempSync(join(tmpdir(), "isthmus-dead-keys-"));
const output = join(directory, "cdktf.out");
afterAll(() => rmSync(directory, { recursive: true }));

/** All that a site's stacks hold, and the files beside them; nothing where a rule would refuse the site. */
function synthesized(site: unknown): string | undefined {
  const config = kubernetesSite.safeParse(site);
  if (!config.success) return undefined;
  const resolved = resolveFederation(federation, [config.data]);
  const context = { faultySites: ["ridgex"], directory, told: () => true };
  if (rules.some((rule) => rule.check(resolved, context).length > 0)) return undefined;
  const app = new App({ outdir: output, context: { targetVersions } });
  const catalog = catalogOf({ federation: resolved, directory });
  const props = { federation: resolved, catalog, places: { config: directory, output } };
  const stacks = resolved.sites.flatMap((at) => (at.provider === "kubernetes" ? kubernetesStacks(app, at, props) : []));
  return JSON.stringify(stacks.map((stack) => [stack.toTerraform(), ...stack.files]));
}

/** Facts of nodes that exist, which only rules read: what would not fit is refused, and nothing of them is made. */
const forRules = ["minNodes", "spot", "volumes"].map((key) => `site.cluster.pools.*.${key}`);

test("D12: no key of a site on Kubernetes is accepted and in none of its stacks", () => {
  const dead = new Map<string, boolean>();
  for (const [name, file] of files) {
    if (!name.startsWith("sites/")) continue;
    const site = merged(file);
    for (const leaf of leaves(kubernetesSite, site, "site", []))
      if (dead.get(leaf.key) !== false) dead.set(leaf.key, !alive(site, leaf, synthesized));
  }
  const found = [...dead].flatMap(([key, is]) => (is ? [key] : []));
  expect(found.sort()).toEqual(forRules.sort());
}, 900_000);
