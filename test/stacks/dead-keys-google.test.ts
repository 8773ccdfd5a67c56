import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { afterAll, expect, test } from "vitest";
import { catalogOf } from "../../bin/catalog-files";
import { targetVersions } from "../../bin/synth";
import { resolveFederation } from "../../config/resolve/federation";
import type { ResolvedGoogleClusterSite } from "../../config/resolve/google-site";
import { rules } from "../../config/rules/all";
import { googleSite } from "../../config/schema/google-site";
import { googlePlatformStacks } from "../../stacks/google/platform";
import { googleGroundStacks, googleLakeStacks } from "../../stacks/google/stacks";
import type { FederationProps, SiteStack } from "../../stacks/site-stack";
import { unwritten } from "../fuzz/coverage";
import { askedExample, leaves } from "../fuzz/dead-keys";

const directory = mkdtempSync(join(tmpdir(), "isthmus-dead-keys-google-"));
afterAll(() => rmSync(directory, { recursive: true }));

const { federation, sites, alive } = askedExample("gke", googleSite);

type Make = (app: App, site: ResolvedGoogleClusterSite, props: FederationProps) => SiteStack[];

/** Stacks of a site: first those that few keys of hubs are in, which are made in no time. */
const makings: readonly Make[] = [
  (app, site, props) => [...googleLakeStacks(app, site, props), ...googleGroundStacks(app, site, props)],
  googlePlatformStacks,
];

interface Made {
  readonly resolved: string;
  /** Texts of a making's stacks. */
  of(making: Make): string;
}

/** What is made of a site; nothing where the schema or a rule would refuse it. */
function made(site: unknown): Made | undefined {
  const config = googleSite.safeParse(site);
  if (!config.success) return undefined;
  const all = resolveFederation(federation, [config.data]);
  const context = { faultySites: [], directory, told: () => true };
  if (rules.some((rule) => rule.check(all, context).length > 0)) return undefined;
  const [own] = all.sites;
  if (own?.provider !== "google" || own.cluster === null) throw new Error("no cluster");
  return {
    resolved: JSON.stringify(all),
    of: (making) => {
      const output = join(directory, "cdktf.out");
      const app = new App({ outdir: output, context: { targetVersions } });
      const catalog = catalogOf({ federation: all, directory });
      const stacks = making(app, own, { federation: all, catalog, places: { config: directory, output } });
      return JSON.stringify(stacks.map((stack) => [stack.toTerraform(), ...stack.files]));
    },
  };
}

/**
 * Sees no more of a changed site than whether a stack of it differs: none is made of one that is resolved to the same, and no further one
 * where one differs.
 */
function differences(site: unknown) {
  const now = made(site);
  if (!now) throw new Error("the example is refused");
  const texts = new Map(makings.map((making) => [making, now.of(making)]));
  return (other: unknown): string | undefined => {
    if (other === site) return "same";
    const then = made(other);
    if (!then) return undefined;
    if (then.resolved === now.resolved) return "same";
    return makings.some((making) => then.of(making) !== texts.get(making)) ? "other" : "same";
  };
}

/** Keys that change no stack by themselves. */
const meant = [
  "site.cluster.retiring.*.memory", // of a machine that nobody knows, which a rule wants; nothing new is placed there
  "site.cluster.retiring.*.vcpu",
  "site.projectNumber", // hubs of other clouds know it, in grants of a site that has them beside it (`crossing.test.ts`)
  "site.region", // zones are of it, so it does not change alone; that it is in the lake's stack is told by the lakes' test
  "site.state.project", // where `isthmus bootstrap` makes a bucket for state: the engine is not told
];

/** What the example does not hold: keys of lakes, which are asked by the lakes' test, and of hubs, which are the same on each cloud and asked on others. */
const elsewhere = /^google\.(?:servedBy|datasets\.|lake\.buckets\.|hubs\.)/;

test("D12: no key of a site on Google Cloud with a cluster is accepted and in none of its stacks", () => {
  const missing = unwritten(googleSite, [...sites.values()], "google").filter((key) => !elsewhere.test(key));
  expect(missing, "every key stands in the example").toEqual([]);
  const found = new Map<string, boolean>();
  for (const site of sites.values()) {
    const see = differences(site);
    for (const leaf of leaves(googleSite, site, "site", []))
      if (found.get(leaf.key) !== true) found.set(leaf.key, alive(site, leaf, see));
  }
  expect(found.size).toBeGreaterThan(100);
  expect([...found].flatMap(([key, living]) => (living ? [] : [key])).sort()).toEqual(meant);
}, 300_000);

test("a key that nothing reads would be found", () => {
  const site = sites.get("heath") ?? {};
  const see = differences(site);
  const [leaf] = leaves(googleSite, site, "site", []).filter(({ key }) => key === "site.homes.*.tier");
  if (!leaf) throw new Error("no such key");
  const blind = (changed: unknown) => see({ ...(changed as object), homes: (site as { homes: unknown }).homes });
  expect(alive(site, leaf, see)).toBe(true);
  expect(alive(site, leaf, blind)).toBe(false);
});
