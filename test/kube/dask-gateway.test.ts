import { beforeAll, expect, test } from "vitest";
import { daskGatewayValues } from "../../charts/dask-gateway/values";
import { priorityClassName } from "../../config/names";
import { nobodyAbroad } from "../../config/resolve/abroad";
import { definitions } from "../../constructs/kubernetes/objects/definitions";
import { alteredSite, clusterHubOf } from "../config/cluster-site";
import { until } from "../until";
import { type Gateway, startGateway } from "./dask/gateway";
import { installHub, priorities } from "./install-hub";
import type { Pod } from "./pods/pod";
import { poolNodes } from "./pool-nodes";
import { whyMissing, withCluster } from "./with-cluster";

// Workers of 1.94 cores, eight on a node: 10 in a cluster, 15 of a user, 20 in the hub.
const limits = "cluster: { cores: 20 }, user: { clusters: 2, cores: 30 }, hub: { cores: 40 }";
const site = alteredSite(["cluster: { cores: 20 }, user: { clusters: 1, cores: 20 }, hub: { cores: 160 }", limits]);
const hub = clusterHubOf(site, "workshop");
const bed = withCluster({ pools: poolNodes(site.pools, { user: 2, dask: 4 }), schedulers: [site.userScheduler] });
let gateway: Gateway;

beforeAll(async () => {
  if (whyMissing()) return;
  await bed.cluster.apply([...priorities(site), ...definitions()]);
  await installHub(bed.cluster, site, "workshop");
  const priorityClass = priorityClassName(site.id, "default");
  const props = { hub, pools: site.pools, userScheduler: site.userScheduler, priorityClass, storeEnvironment: {} };
  const values = daskGatewayValues({ ...props, storeKeys: "store-keys", abroad: nobodyAbroad });
  gateway = await startGateway(bed.cluster, hub.releases.daskGateway, values);
}, 600_000);

/** Asks for a cluster; its name, or why there is none. */
async function start(user: string, options: object = {}): Promise<{ readonly name?: string; readonly error?: string }> {
  const { body } = await gateway.ask(user, "POST", "/v1/clusters/", { cluster_options: options });
  return JSON.parse(body) as { readonly name?: string; readonly error?: string };
}

async function runs(user: string, name: string): Promise<void> {
  await until(
    `${name} runs`,
    120,
    async () => (await gateway.ask(user, "GET", `/v1/clusters/${name}`)).body.includes('"RUNNING"'),
    async () => `${gateway.tail()}\n${await bed.cluster.events()}`,
  );
}

/** Waits until so many workers run in all, and no one more was made. */
async function workers(count: number): Promise<readonly Pod[]> {
  const path = `/api/v1/namespaces/${hub.namespace}/pods?labelSelector=app.kubernetes.io/component=dask-worker`;
  const found = async () => (await bed.cluster.list<Pod>(path)).filter((pod) => !pod.metadata.deletionTimestamp);
  return until(
    `${count} workers run`,
    120,
    async () => {
      const pods = await found();
      return pods.length === count && pods.every((pod) => pod.status?.phase === "Running") && pods;
    },
    async () => `there are ${(await found()).length}\n${gateway.tail()}`,
  );
}

const byCluster = (pods: readonly Pod[], name = "") =>
  pods.filter(({ metadata }) => metadata.labels?.["gateway.dask.org/cluster"] === name.split(".")[1]);

let ann: readonly string[];
let bob: string;

test("of six clusters that a user asks for at once there are two", async () => {
  const answers = await Promise.all(Array.from({ length: 6 }, () => start("ann")));
  ann = answers.flatMap(({ name }) => name ?? []);
  expect(ann.length).toBe(2);
  const refused = answers.flatMap(({ error }) => error ?? []);
  expect(refused.length).toBe(4);
  for (const why of refused) expect(why).toContain("you have 2 of at most 2 clusters");
  bob = (await start("bob")).name ?? "";
  for (const name of ann) await runs("ann", name);
  await runs("bob", bob);
});

test("a cluster's scheduler stands on the user pool, never on spot", async () => {
  const path = `/api/v1/namespaces/${hub.namespace}/pods?labelSelector=app.kubernetes.io/component=dask-scheduler`;
  const pods = await bed.cluster.list<Pod>(path);
  expect(pods.length).toBe(3);
  for (const { spec, metadata } of pods) {
    expect(spec.nodeName).toMatch(/^user-/);
    expect(metadata.labels).toMatchObject({ "hub.jupyter.org/username": expect.stringMatching(/^(ann|bob)$/) });
  }
});

test("schedulers that ask at once for all they can think of stay within the caps, and their workers pack", async () => {
  await Promise.all([...ann, bob].map((name) => gateway.wants(name, 1000)));
  const pods = await workers(20);
  const own = ann.flatMap((name) => byCluster(pods, name));
  expect(own.length).toBeLessThanOrEqual(15);
  for (const name of [...ann, bob]) expect(byCluster(pods, name).length).toBeLessThanOrEqual(10);
  expect(new Set(pods.map(({ spec }) => spec.nodeName)).size).toBe(3);
  for (const { spec } of pods) expect(spec.nodeName).toMatch(/^dask-/);
});

test("what one gives back another that waits gets", async () => {
  const [first = "", second = ""] = ann;
  await gateway.ask("ann", "DELETE", `/v1/clusters/${first}`);
  const pods = await until("bob has his ten and ann hers", 120, async () => {
    const found = await workers(20);
    return byCluster(found, first).length === 0 && found;
  });
  expect(byCluster(pods, bob).length).toBe(10);
  expect(byCluster(pods, second).length).toBe(10);
});

test("what no worker size, image or time of the hub is cannot be chosen", async () => {
  expect((await start("cat", { worker_size: "64 threads" })).error).toContain("there is no size");
  expect((await start("cat", { image: "evil.example/miner:1" })).error).toContain("no image of this hub");
  expect((await start("cat", { idle_minutes: 10_000 })).error).toContain("idle_minutes must be <= 30");
  expect((await start("cat", { worker_cores: 64 })).error).toContain("Unknown fields");
});
