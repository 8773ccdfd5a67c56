import { join } from "node:path";
import { expect, test } from "vitest";
import { configuredStacks } from "../../bin/target";
import { formatFaults } from "../../config/faults";
import { loadFederation } from "../../config/load";
import { bucketVariable } from "../../config/names";
import type { ResolvedFederation } from "../../config/resolve/federation";
import { clusterHubs, kubernetesSites } from "../../config/rules/walk";
import { clusterYaml, daskPool, kubernetes, load, mainHome, ofCluster, ofHub, userPool } from "./federation-of";

/*
 * What real platforms accepted and here cannot be written: `docs/refused.md` tells of each. What a rule refuses has its
 * tests beside the rule.
 */

function example(name: string): ResolvedFederation {
  const file = join(__dirname, "../../config/federations", name, "federation.yaml");
  const { federation, faults } = loadFederation(file);
  if (!federation) throw new Error(formatFaults(faults, "text"));
  return federation;
}

const lake =
  "lake: {buckets: {scratch: {purpose: scratch, existing: s-b}, own: {purpose: persistent, existing: o-b}, lib: {purpose: library, existing: l-b, public: true}}}\n";

function valid(rest: string, pools = userPool): ResolvedFederation {
  const { federation, faults } = load({ "federation.yaml": clusterYaml, "sites/a.yaml": kubernetes("a", rest, pools) });
  if (!federation) throw new Error(formatFaults(faults, "text"));
  return federation;
}

test("D1, D3, D4: the variables of a hub are those of the buckets on which it has a right, and name buckets of its site", () => {
  const told = (rights: string) => valid(`${lake}${mainHome}hubs: {prod: {buckets: {${rights}}}}\n`);
  const all = [told(""), told("scratch: none, own: read"), told("lib: none"), example("cluster")];
  for (const { site, hub } of all.flatMap(clusterHubs)) {
    const variables = Object.entries(hub.environment).filter(([name]) => name.endsWith("_BUCKET"));
    const rights = hub.buckets.map(({ id, name }) => [bucketVariable(id), name]);
    expect(variables.map(([name, uri]) => [name, /^s3:\/\/([^/]+)/.exec(uri)?.[1]])).toEqual(rights);
    for (const { id, name, right } of hub.buckets) {
      expect(site.buckets).toContainEqual(expect.objectContaining({ id, name }));
      expect(right).not.toBe("none");
    }
  }
  expect(clusterHubs(all[1] as ResolvedFederation)[0]?.hub.environment).not.toHaveProperty("PANGEO_SCRATCH");
});

test("D6: a block at another depth is told its place", () => {
  expect(ofHub("limits: {hub: {cores: 400}}", `${userPool}, ${daskPool}`)).toMatchObject([
    {
      code: "schema",
      line: 9,
      path: "hubs.prod.limits",
      message: 'unknown key "limits"',
      fix: expect.stringContaining("dask"),
    },
  ]);
  expect(ofCluster(`${mainHome}dask: {idleMinutes: 5}\nhubs: {prod: {}}\n`)).toMatchObject([
    { code: "schema", line: 9, path: "dask", fix: expect.stringContaining("hubs") },
  ]);
});

test("D7: worker sizes are parts of the nodes of a dask pool, as many as it holds, and no others can be written", () => {
  expect(ofHub("dask: {worker: {cores: 16, memory: 64Gi}}", `${userPool}, ${daskPool}`)).toMatchObject([
    { code: "schema", path: "hubs.prod.dask.worker" },
  ]);
  for (const { site, hub } of [
    ...clusterHubs(example("cluster")),
    ...clusterHubs(valid(`${mainHome}hubs: {prod: {}}\n`, `${userPool}, ${daskPool}`)),
  ])
    for (const size of hub.dask?.sizes ?? []) {
      const pool = site.pools.find(({ id }) => id === size.pool);
      expect(pool?.for).toBe("dask");
      expect(size.cores * size.perNode).toBeLessThanOrEqual(pool?.allocatable.cores ?? 0);
      expect(size.memoryBytes * size.perNode).toBeLessThanOrEqual(pool?.allocatable.memoryBytes ?? 0);
    }
});

test("D10: a hub that is written has a stack, in two files or in ninety-five lines", () => {
  const colleges = example("campus");
  const [site] = kubernetesSites(colleges);
  const own = ["campus-homes", "campus-services", "campus-catalog"];
  expect(configuredStacks(colleges)).toEqual([...own, ...(site?.hubs ?? []).map(({ id }) => `campus-${id}`)]);
  expect(configuredStacks(colleges)).toHaveLength(98);
});

test("a fault of a template is told once, not once for each of ninety-five hubs", () => {
  const hubs = Array.from({ length: 95 }, (_, i) => `  college-${i}: {use: college}\n`).join("");
  const core = "core: {for: core, select: {role: core}, vcpu: 8, memory: 32Gi, maxNodes: 8}";
  const top = `${clusterYaml}templates: {college: {home: mian, defaultProfile: smal, profiles: {small: {sizes: [900Gi]}}}}\n`;
  const found = ofCluster(
    `${mainHome}tls: {kind: ahead, from: [10.1.0.7/32]}\nhubs:\n${hubs}`,
    `${core}, ${userPool}`,
    top,
  );
  expect(found.map(({ code, path }) => `${code} ${path}`)).toEqual([
    "hub-home templates.college.home",
    "default-profile templates.college.defaultProfile",
    "profile-sizes templates.college.profiles.small.sizes[0]",
  ]);
});
