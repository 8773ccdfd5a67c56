import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { catalogOf } from "../../bin/catalog-files";
import { targetVersions } from "../../bin/synth";
import { resolveFederation } from "../../config/resolve/federation";
import { rules } from "../../config/rules/all";
import { federation as federationSchema } from "../../config/schema/federation";
import { kubernetesSite } from "../../config/schema/kubernetes-site";
import { type SiteConfig, storeSite } from "../../config/schema/site";
import { kubernetesStacks } from "../../stacks/kubernetes/stacks";
import { unwritten } from "../fuzz/coverage";
import { askedExample, leaves } from "../fuzz/dead-keys";
import { examples } from "../fuzz/examples";

const directory = mkdtempSync(join(tmpdir(), "isthmus-dead-keys-federation-"));
afterAll(() => rmSync(directory, { recursive: true }));

const { sites, alive } = askedExample("cluster", kubernetesSite);

/** One site with one hub that signs people in through the federation, and a dataset for its members. */
function small(): SiteConfig {
  const { hubs, state: _own, ...site } = sites.get("plain") ?? {};
  const [hub] = Object.values(hubs as Record<string, object>);
  const allow = { idps: ["ridge.example"], groups: ["modellers", "editors"] };
  const datasets = {
    drafts: { title: "Drafts", bucket: "drafts", path: "d", kind: "zarr", license: "other", access: "federation" },
  };
  const lake = { buckets: { drafts: { purpose: "library", existing: "plain-drafts" } } };
  return kubernetesSite.parse({ ...site, lake, datasets, hubs: { prod: { ...hub, auth: undefined, allow } } });
}

/** All that the stacks and the catalog of that site hold; nothing where the schema or a rule would refuse the federation. */
function seen(top: unknown): string | undefined {
  const config = federationSchema.safeParse(top);
  if (!config.success) return undefined;
  const federation = resolveFederation(config.data, [small()]);
  const context = { faultySites: [], directory, told: () => true };
  if (rules.some((rule) => rule.check(federation, context).length > 0)) return undefined;
  const output = join(directory, "cdktf.out");
  const app = new App({ outdir: output, context: { targetVersions } });
  const catalog = catalogOf({ federation, directory });
  const props = { federation, catalog, places: { config: directory, output } };
  const stacks = federation.sites.flatMap((at) =>
    at.provider === "kubernetes" ? kubernetesStacks(app, at, props) : [],
  );
  return JSON.stringify([stacks.map((stack) => [stack.toTerraform(), ...stack.files]), ...catalog]);
}

/** Whom a hub lets in beside them, a rule (`federation-members`) refuses; nothing is made of them. */
const forRules = ["federation.identity.members.idps.[]"];

/** What stands here for all sites and hubs, whose own keys are asked for elsewhere, and which files are read. */
const forOthers = /^federation\.(?:defaults|templates|sites)\b/;

test("no key of the federation's file is accepted and in neither a stack nor the catalog", () => {
  const { files } = examples.find(({ name }) => name === "cluster") as (typeof examples)[number];
  const { identity, ...rest } = parse(`${files.get("federation.yaml")}`) as { readonly identity: object };
  const members = { idps: ["ridge.example", "valley.example"] };
  const written = { ...rest, identity: { ...identity, members } };
  expect(seen(written)).toBeDefined();
  const issuer = "https://login.cloud.example/realms/north";
  const oidc = { ...written, identity: { ...written.identity, kind: "oidc", issuer } };
  const asked = [written, oidc].flatMap((top) =>
    leaves(federationSchema, top, "federation", []).map((leaf) => ({ top, leaf })),
  );
  const own = asked.filter(
    ({ top, leaf }) => !forOthers.test(leaf.key) && (top === written || leaf.key.endsWith("issuer")),
  );
  expect(own.length).toBeGreaterThan(20);
  const living = new Set(own.flatMap(({ top, leaf }) => (alive(top, leaf, seen) ? [leaf.key] : [])));
  expect([...new Set(own.map(({ leaf }) => leaf.key))].filter((key) => !living.has(key))).toEqual(forRules);
}, 300_000);

/** The catalog's pages, which are all that is made of a site that somebody else runs. */
function pages(site: unknown): string | undefined {
  const config = storeSite.safeParse(site);
  if (!config.success) return undefined;
  const federation = resolveFederation(stores.federation, [config.data]);
  const context = { faultySites: ["delta", "deltax"], directory, told: () => true };
  if (rules.some((rule) => rule.check(federation, context).length > 0)) return undefined;
  return JSON.stringify([...catalogOf({ federation, directory })]);
}

const stores = askedExample("rich", storeSite, /^store-/);

test("no key of a store's site is accepted and not in the catalog", () => {
  // what is not public of a store is not valid: it has no keys; copies are in the bundle of the centre that keeps them
  const elsewhere = /^store\.datasets\.\*\.(?:access\||mirrors$)/;
  const missing = unwritten(storeSite, [...stores.sites.values()], "store").filter((key) => !elsewhere.test(key));
  expect(missing).toEqual([]);
  const all = [...stores.sites.values()]
    .map(withAnotherBucket)
    .flatMap((site) => leaves(storeSite, site, "site", []).map((leaf) => ({ site, leaf })));
  const living = new Set(all.flatMap(({ site, leaf }) => (stores.alive(site, leaf, pages) ? [leaf.key] : [])));
  expect([...new Set(all.map(({ leaf }) => leaf.key))].filter((key) => !living.has(key))).toEqual([]);
}, 300_000);

/** A dataset can lie in another one only where there are two. */
function withAnotherBucket(site: Readonly<Record<string, unknown>>) {
  const { buckets } = site.lake as { readonly buckets: object };
  const other = { purpose: "library", existing: `${site.site}-other`, public: true };
  return { ...site, lake: { buckets: { ...buckets, other } } };
}
