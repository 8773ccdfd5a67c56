import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { awsSite } from "../../config/schema/aws-site";
import { kubernetesSite } from "../../config/schema/kubernetes-site";
import { hpcLocalSite, storeSite } from "../../config/schema/site";
import { awsPlatformStacks } from "../../stacks/aws/platform";
import { awsLakeStacks } from "../../stacks/aws/stacks";
import { hpcStacks } from "../../stacks/hpc/stacks";
import { kubernetesStacks } from "../../stacks/kubernetes/stacks";
import { unwritten } from "../fuzz/coverage";
import { askedExample } from "../fuzz/dead-keys";
import { seenInStacks } from "./seen-in-stacks";

const directory = mkdtempSync(join(tmpdir(), "isthmus-dead-keys-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Facts of nodes that exist, which only rules read: what would not fit is refused, and nothing of them is made. */
const forRules = ["minNodes", "spot", "volumes"].map((key) => `site.cluster.pools.*.${key}`);

/** What other clouds are told of a site, where they keep something for its hubs: no stack of its own without one beside it (`crossing.test.ts`). */
const forOtherClouds = ["site.cluster.tokenIssuer"];

/** Where `isthmus bootstrap` makes a bucket for state: the engine is not told. */
const forBootstrap = ["site.state.project"];

test("D12: no key of a site on Kubernetes is accepted and in none of its stacks", () => {
  const { federation, dead } = askedExample("cluster", kubernetesSite);
  const see = seenInStacks(
    { schema: kubernetesSite, federation, directory, faultySites: ["ridgex"] },
    (app, at, props) => (at.provider === "kubernetes" ? kubernetesStacks(app, at, props) : []),
  );
  expect(dead(see).keys).toEqual([...forRules, ...forOtherClouds, ...forBootstrap].sort());
}, 900_000);

/** Keys that change no stack by themselves. */
const meant = [
  "site.cluster.retiring.*.memory", // of a machine that nobody knows, which a rule wants; nothing new is placed there
  "site.region", // zones are of it, so it does not change alone; that it is in the lake's stack is told by the lakes' test
];

/** What the example does not hold: of sites without a cluster, of hubs whose people sign in elsewhere, and kinds of datasets, which others hold. */
const elsewhere =
  /^aws\.(?:servedBy|datasets\.|hubs\.\*\.allow\|1\.(?:orgs|teams)|hubs\.\*\.profiles\.\*\.allow\.teams)/;

test("D12: no key of a site on AWS with a cluster is accepted and in none of its stacks", () => {
  const { federation, sites, dead } = askedExample("eks", awsSite);
  const missing = unwritten(awsSite, [...sites.values()], "aws").filter((key) => !elsewhere.test(key));
  expect(missing, "every key stands in the example").toEqual([]);
  const see = seenInStacks({ schema: awsSite, federation, directory, faultySites: ["skerry"] }, (app, at, props) => {
    if (at.provider !== "aws") return [];
    return at.cluster === null ? awsLakeStacks(app, at, props) : awsPlatformStacks(app, at, props);
  });
  // Its states are in Google's buckets, of whose region the engine is not told either.
  expect(dead(see).keys).toEqual([...meant, ...forOtherClouds, ...forBootstrap, "site.state.region"].sort());
}, 900_000);

/** What a bucket with public datasets must say, and any other of the example may not; both kinds are in the goldens of the demo. */
const wantedSo = ["site.lake.buckets.*.public"];

test("D12: no key of a site on a machine or a cluster's Slurm is accepted and in none of its stacks", () => {
  const { federation, dead } = askedExample("rich", hpcLocalSite, /^hub-/);
  const stores = askedExample("rich", storeSite, /^store-/).sites;
  const beside = [...stores.values()].map((site) => storeSite.parse(site));
  const faultySites = ["delta", "fjord", "rhine", "spree", "weser", "loire", "elbe", "mere", "tarn"];
  const see = seenInStacks({ schema: hpcLocalSite, federation, directory, faultySites, beside }, (app, at, props) =>
    at.provider === "hpc" ? hpcStacks(app, at, props) : [],
  );
  expect(dead(see).keys).toEqual([...wantedSo, ...forBootstrap].sort());
}, 900_000);
