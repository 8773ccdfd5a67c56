import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadFederation } from "../../config/load";
import { siteStacks } from "../../config/stack-parts";
import { all, byConfig, byPolicies, configOf, nothing, reading } from "./cross-cloud";
import { repository, synth } from "./synth-demo";
import { copyOfExample, stacksIn } from "./synth-example";

/*
 * The federation of five sites: AWS, Google Cloud, a cluster that exists, a computing centre, and a store.
 */

let folder: string;
let output: string;
let stacks: ReadonlyMap<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-pangeo-"));
  output = synth(copyOfExample(folder, "pangeo"));
  stacks = stacksIn(output);
});
afterAll(() => rmSync(folder, { recursive: true }));

test("each site has the stacks of its provider, and none of them reads another's state", () => {
  const { federation, faults } = loadFederation(join(repository, "config/federations/pangeo/federation.yaml"));
  expect(faults).toEqual([]);
  expect([...stacks.keys()]).toEqual([
    ...["alps-catalog", "alps-prod", "alps-services"],
    ...["cascadia-agu-workshop", "cascadia-catalog", "cascadia-cluster", "cascadia-grants", "cascadia-homes"],
    ...["cascadia-lake", "cascadia-prod", "cascadia-services"],
    ...["plains-catalog", "plains-cluster", "plains-homes", "plains-lake", "plains-prod", "plains-services"],
    ...["rhine-base", "rhine-prod"],
  ]);
  const sites = federation?.sites ?? [];
  expect(sites.flatMap((site) => siteStacks(site, sites)).sort()).toEqual([...stacks.keys()]);
  expect([...stacks.values()].join("")).not.toContain("terraform_remote_state");
});

test("each site keeps its state where it says, else where the federation does", () => {
  const backends = [...stacks].map(([name, text]) => {
    const { terraform } = JSON.parse(text) as { terraform: { backend: object } };
    return `${name.split("-")[0]} ${Object.keys(terraform.backend)}`;
  });
  expect([...new Set(backends)]).toEqual(["alps s3", "cascadia s3", "plains gcs", "rhine local"]);
});

test("every hub reads of every library in a cloud what the config says, and nothing else", () => {
  const config = configOf("pangeo");
  const found = byPolicies(config, stacks);
  expect(found).toEqual(byConfig(config));
  expect(found).toEqual({
    "alps-prod pangeo-cascadia-drafts": nothing, // what its programs are to S3 is its own store's
    "alps-prod pangeo-cascadia-library": reading,
    "alps-prod pangeo-plains-library": reading,
    "cascadia-agu-workshop pangeo-cascadia-drafts": nothing, // nobody vouches for its people
    "cascadia-agu-workshop pangeo-cascadia-library": reading,
    "cascadia-agu-workshop pangeo-plains-library": reading,
    "cascadia-prod pangeo-cascadia-drafts": reading,
    "cascadia-prod pangeo-cascadia-library": reading,
    "cascadia-prod pangeo-plains-library": reading,
    "plains-prod pangeo-cascadia-drafts": reading, // from Google Cloud, by a role that trusts its pods' tokens
    "plains-prod pangeo-cascadia-library": reading,
    "plains-prod pangeo-plains-library": reading,
    "rhine-prod pangeo-cascadia-drafts": nothing,
    "rhine-prod pangeo-cascadia-library": reading,
    "rhine-prod pangeo-plains-library": reading,
  });
});

test("who of another cloud is known, is known by what that cloud issues", () => {
  const known = all(stacks, "aws_iam_openid_connect_provider").map(([stack, { url }]) => `${stack} ${url}`);
  expect(known).toEqual([
    "cascadia-grants https://container.googleapis.com/v1/projects/plains-pangeo/locations/us-central1/clusters/pangeo-plains",
  ]);
  expect(all(stacks, "google_iam_workload_identity_pool_provider")).toEqual([]);
});

test("the computing centre keeps the copy that a site on AWS tells it to", () => {
  const site = JSON.parse(readFileSync(join(output, "stacks/rhine-base/bundle/site.json"), "utf8")) as object;
  expect(site).toMatchObject({
    copies: [
      {
        dataset: "era5-monthly",
        from: { endpoint: "https://s3.us-west-2.amazonaws.com", bucket: "pangeo-cascadia-library" },
        prefix: "era5/monthly/",
        bucket: "pangeo-rhine-library",
        everySeconds: 604_800,
      },
    ],
  });
});

/** The pages of a site's catalog as one text, as its gateway unpacks them. */
function pagesOf(site: string): string {
  const parts = [...(stacks.get(`${site}-catalog`) ?? "").matchAll(/part-\d\d\\+":\\+"([A-Za-z0-9+/=]+)/g)];
  return gunzipSync(Buffer.concat(parts.map(([, text = ""]) => Buffer.from(text, "base64")))).toString();
}

test("the catalog is one: every site that has pages leads to every dataset, wherever that lies", () => {
  const pages = ["alps", "cascadia", "plains"].map(pagesOf);
  pages.push(readFileSync(join(output, "stacks/rhine-base/bundle/pages.json"), "utf8"));
  const links = [
    "https://data.alps.pangeo.example/zarr/glacier-mass.zarr",
    "https://data.cascadia.pangeo.example/zarr/era5-monthly.zarr",
    "https://data.cascadia.pangeo.example/zarr/sea-ice-index.zarr", // of the store, which cascadia's gateway fronts
    "https://data.plains.pangeo.example/zarr/cmip6-tas.zarr",
    "https://pangeo.rhine.example/zarr/icon-ocean.zarr",
    "s3://pangeo-cascadia-drafts/snowpack",
  ];
  for (const text of pages) expect(links.filter((link) => !text.includes(link))).toEqual([]);
});
