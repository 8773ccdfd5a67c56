import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gatewayData } from "../../charts/dask-gateway/data";
import { jupyterHubValues } from "../../charts/jupyterhub/values";
import { nobodyAbroad } from "../../config/resolve/abroad";
import { ExistingCluster } from "../../constructs/kubernetes/existing-cluster";
import { alteredSite, clusterHubOf } from "../config/cluster-site";
import { hpc, hubOf, siteOf } from "../config/federation-of";
import { propsOf } from "./jupyterhub/hub-props";

// A store without TLS, as the local site's is.
const site = alteredSite(["endpoint: https://s3.alps.example", "endpoint: http://s3.alps.example"]);
const { storeEnvironment } = new ExistingCluster(site);

/** Variables of a notebook of the example's `prod`; KubeSpawner reads doubled braces as single ones. */
function ofNotebook(): Record<string, string> {
  const { extraEnv } = jupyterHubValues({ ...propsOf("prod", site), storeEnvironment }).singleuser;
  const told = Object.entries(extraEnv).map(([name, value]) => [name, String(value)] as const);
  return Object.fromEntries(told.map(([name, text]) => [name, text.replaceAll("{{", "{").replaceAll("}}", "}")]));
}

function ofDask(): Readonly<Record<string, string>> {
  return gatewayData({ hub: clusterHubOf(site, "prod"), pools: site.pools, storeEnvironment, abroad: nobodyAbroad })
    .environment;
}

/** What a local site's notebooks and Dask processes share, for a hub with buckets of the same ids. */
function ofLocalSite(): Record<string, string> {
  const lake = ["scratch: { purpose: scratch }", "persistent: { purpose: persistent }"];
  const libraries = ["library: { purpose: library, public: true }", "drafts: { purpose: library, public: true }"];
  const buckets = [...lake, ...libraries].map((line) => `    ${line}\n`).join("");
  const dataset =
    "glacier-mass: { title: T, kind: zarr, license: CC0-1.0, bucket: library, path: g, publishers: [prod] }";
  const text = `lake:\n  buckets:\n${buckets}datasets:\n  ${dataset}\nhubs:\n  prod: { ports: 8710 }\n`;
  const files = { "sites/desk.yaml": hpc("desk", 8700, text) };
  const { environment } = hubOf(files, "desk", "prod");
  const { endpoint, region } = siteOf(files, "desk").s3;
  const program = `import json, sys
sys.path.insert(0, "config")
from hub_site import hub_environment
print(json.dumps(hub_environment(json.load(sys.stdin), "ann", {}, "/env")))`;
  const run = spawnSync(process.env.ISTHMUS_PYTHON ?? "python3", ["-B", "-c", program], {
    cwd: join(__dirname, "..", "..", "charts", "hpc-site"),
    input: JSON.stringify({ hub: "prod", environment, s3: { endpoint, region } }),
    encoding: "utf8",
  });
  return JSON.parse(run.stdout) as Record<string, string>;
}

test("notebooks and Dask's pods have the same variables, but for those by which a notebook finds its Dask", () => {
  const notebook = Object.entries(ofNotebook()).filter(([name]) => !name.startsWith("DASK_"));
  expect(Object.fromEntries(notebook)).toEqual(ofDask());
});

test("a hub on Kubernetes and one of a local site have the same variables, but for what a process needs and a pod has", () => {
  const local = ofLocalSite();
  const ofProcess = ["PATH", "HOME"];
  const ofPod = ["ISTHMUS_CONFIG"];
  const names = (of: object, less: readonly string[]) =>
    Object.keys(of)
      .filter((name) => !less.includes(name))
      .sort();
  expect(names(ofDask(), ofPod)).toEqual(names(local, ofProcess));
  expect(local.SCRATCH_BUCKET).toMatch(/^s3:\/\/[^/]+\/ann$/);
  expect(ofDask().SCRATCH_BUCKET).toMatch(/^s3:\/\/[^/]+\/\{user\}$/);
  for (const [name, value] of Object.entries(local)) if (/^GDAL_/.test(name)) expect(ofDask()[name]).toBe(value);
});
