import { join } from "node:path";
import { expect, test } from "vitest";
import { gatewayData } from "../../../charts/dask-gateway/data";
import { type DaskGatewayProps, daskGatewayValues, schedulerPool } from "../../../charts/dask-gateway/values";
import { priorityClassName } from "../../../config/names";
import { nobodyAbroad } from "../../../config/resolve/abroad";
import { alteredSite, clusterHubOf, clusterSite } from "../../config/cluster-site";
import { readableJson } from "../../readable";
import { faultsOfValues, missingSchema } from "../schemas";

const golden = join(__dirname, "..", "..", "golden", "charts", "dask-gateway");

function propsOf(hub: string, site = clusterSite()): DaskGatewayProps {
  return {
    hub: clusterHubOf(site, hub),
    pools: site.pools,
    userScheduler: site.userScheduler,
    priorityClass: priorityClassName(site.id, "default"),
    storeEnvironment: { AWS_ENDPOINT_URL: site.s3.endpoint },
    storeKeys: "store-keys",
    abroad: nobodyAbroad,
  };
}

/** Values to read: data as data, program text by its files' names. */
function readable(values: ReturnType<typeof daskGatewayValues>): string {
  const told = Object.fromEntries(values.gateway.env.map(({ name, value }) => [name, JSON.parse(value) as object]));
  const env = { ...told, ISTHMUS_MODULES: Object.keys(told.ISTHMUS_MODULES ?? {}) };
  const extraConfig = Object.keys(values.gateway.extraConfig);
  return readableJson({ ...values, gateway: { ...values.gateway, env, extraConfig } });
}

test.each(["prod", "workshop"])("%s: its values", async (hub) => {
  await expect(readable(daskGatewayValues(propsOf(hub)))).toMatchFileSnapshot(join(golden, `${hub}.json`));
});

test("the chart's own schema takes the values, and would not take a misspelt key", ({ skip }) => {
  const missing = missingSchema("daskGateway");
  if (missing) skip(missing);
  const values = daskGatewayValues(propsOf("prod"));
  expect(faultsOfValues("daskGateway", values)).toEqual([]);
  expect(faultsOfValues("daskGateway", { ...values, traefik: { replica: 1 } })).toEqual([
    "/traefik must NOT have additional properties replica",
  ]);
});

test("any hub token was accepted: the gateway asks for the scope of its own service", () => {
  const { auth } = daskGatewayValues(propsOf("prod")).gateway;
  expect(auth.jupyterhub.jupyterhubServiceName).toBe("dask-gateway");
  expect(JSON.stringify(auth)).not.toContain('"apiToken"');
});

test("schedulers are never on spot, workers on the nodes of their size's pool only", () => {
  const { scheduler, worker } = daskGatewayValues(propsOf("prod")).gateway.backend;
  expect(scheduler.extraPodConfig).toMatchObject({ nodeSelector: { role: "user" } });
  expect(worker.extraPodConfig).not.toHaveProperty("nodeSelector");
  const { sizes, pools } = gatewayData(propsOf("prod"));
  for (const { pool } of sizes) expect(pools[pool]?.nodeSelector).toEqual({ role: "dask" });
  const spot = clusterSite().pools.map((pool) => ({ ...pool, spot: true }));
  expect(() => schedulerPool(spot)).toThrow("never spot");
});

test("sizes of two pools with equal nodes say which pool they are of", () => {
  const two = alteredSite([
    "    dask: { for: dask,",
    "    more: { for: dask, select: { role: more }, vcpu: 16, memory: 64Gi, maxNodes: 1 }\n    dask: { for: dask,",
  ]);
  const { sizes } = gatewayData(propsOf("prod", two));
  expect(new Set(sizes.map(({ title }) => title)).size).toBe(sizes.length);
  expect(sizes.map(({ title }) => title)).toContain("16 threads, 57.8 GiB (more)");
});

test("a variable that looks like another's reference reaches the program as it is", () => {
  const props = { ...propsOf("prod"), storeEnvironment: { ODD: "$(HOME) $$ $x" } };
  const value = daskGatewayValues(props).gateway.env.find(({ name }) => name === "ISTHMUS_DASK")?.value ?? "";
  expect(value).toContain('"ODD":"$$(HOME) $$$ $x"');
});
