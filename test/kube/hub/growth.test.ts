import { beforeAll, expect, test } from "vitest";
import { daskGatewayPath } from "../../../charts/dask-gateway/names";
import { alteredSite, clusterHubOf } from "../../config/cluster-site";
import { until } from "../../until";
import type { Manifest } from "../api";
import { startKarpenter } from "../karpenter";
import type { Pod } from "../pods/pod";
import { poolNodes } from "../pool-nodes";
import type { Program } from "../program";
import { whyMissing, withCluster } from "../with-cluster";
import { Gate } from "./gate";
import { bringUp, optionsFor, secretOf, shared } from "./hubs";
import { Platform } from "./platform-on";
import { component, podsOf } from "./pods-of";
import { connected } from "./programs";
import { User } from "./user";

// No room is kept ready, and two workers may each fill a node.
const site = alteredSite(
  ["    placeholders: { users: 5 }\n", ""],
  [
    "cluster: { cores: 20 }, user: { clusters: 1, cores: 20 }",
    "cluster: { cores: 40 }, user: { clusters: 1, cores: 40 }",
  ],
);
const hub = clusterHubOf(site, "workshop");
const largest = hub.dask?.sizes.toSorted((a, b) => b.cores - a.cores)[0]?.id ?? "";
const core = site.pools.filter((pool) => pool.for === "core");
const growing = site.pools.filter((pool) => pool.for !== "core");
const bed = withCluster({ ...optionsFor(site), pools: poolNodes(core) });
const before = poolNodes(core).map(({ name }) => `${name}-0`);
let platform: Platform;
let karpenter: Program;
let gate: Gate;
let url: string;
let ann: User;
let name: string;

beforeAll(async () => {
  if (whyMissing(optionsFor(site))) return;
  const { cluster } = bed;
  await cluster.apply(shared(site));
  platform = await Platform.start(cluster);
  const pools = poolNodes(growing).map((pool, i) => ({ ...pool, spot: growing[i]?.spot ?? false }));
  karpenter = await startKarpenter(cluster, pools);
  gate = await Gate.start(cluster);
  url = await bringUp({ cluster, platform }, site, hub.id);
  ann = await User.signIn(url, "ann", secretOf(hub.id, "password"));
}, 900_000);

type Node = Manifest & { readonly spec: { readonly taints?: readonly object[] } };

function nodes(): Promise<readonly Node[]> {
  return bed.cluster.list<Node>("/api/v1/nodes");
}

/** Running pods of a kind on nodes that are there, once there are so many. */
function running(kind: string, count: number): Promise<readonly Pod[]> {
  return until(
    `${count} of ${kind} run`,
    240,
    async () => {
      const there = new Set((await nodes()).map(({ metadata }) => metadata.name));
      const pods = await podsOf(bed.cluster, hub, component(kind));
      const up = pods.filter(({ spec, status }) => status.phase === "Running" && there.has(spec.nodeName ?? ""));
      return up.length === count && up;
    },
    async () => `${await bed.cluster.events()}\n${karpenter.tail()}\n${platform.runner.report()}`,
  );
}

/** The pools of the nodes under pods, each with what is paid for it. */
async function under(pods: readonly Pod[]): Promise<string[]> {
  const all = await nodes();
  return pods.map(({ spec }) => {
    const { role, "karpenter.sh/capacity-type": paid } =
      all.find(({ metadata }) => metadata.name === spec.nodeName)?.metadata.labels ?? {};
    return `${role} ${paid}`;
  });
}

async function namesOfNodes(): Promise<string[]> {
  return (await nodes()).map(({ metadata }) => metadata.name).sort();
}

test("a scheduler that is the first on the cluster brings a node that is never spot, and its user's server finds room there", async () => {
  expect(await namesOfNodes()).toEqual(before);
  const headers = { authorization: `jupyterhub ${await ann.token()}`, "content-type": "application/json" };
  const body = JSON.stringify({ cluster_options: { worker_size: largest } });
  const made = await fetch(`${url}${daskGatewayPath}/api/v1/clusters/`, { method: "POST", headers, body });
  const answer = await made.text();
  expect(made.status, answer).toBe(201);
  ({ name } = JSON.parse(answer) as { name: string });
  expect(await under(await running("dask-scheduler", 1))).toEqual(["user on-demand"]);
  expect(await ann.spawn("python")).toBeUndefined();
  expect(await under(await running("singleuser-server", 1))).toEqual(["user on-demand"]);
  expect(await namesOfNodes()).toHaveLength(before.length + 1);
});

test("workers bring spot nodes; a computation outlives one that is killed under it, on a node that comes for it", async () => {
  const computed = ann.python(`${connected(name)}\n${waits()}`);
  computed.catch(() => undefined); // seen below
  await Promise.race([gate.waiting(8), computed]);
  const [lost, kept] = await running("dask-worker", 2);
  expect(await under([lost, kept].filter((pod) => pod !== undefined))).toEqual(["dask spot", "dask spot"]);
  const node = lost?.spec.nodeName ?? "";
  expect(node).not.toBe(kept?.spec.nodeName);
  platform.runner.process(hub.namespace, lost?.metadata.name ?? "")?.signal("SIGKILL");
  await bed.cluster.kubectl(["delete", "node", node, "--wait=false"]);
  await bed.cluster.until("the node is gone", `/api/v1/nodes/${node}`, (found) => found === undefined, 180);
  const again = await running("dask-worker", 2);
  expect(again.map(({ spec }) => spec.nodeName)).not.toContain(node);
  expect(await under(await running("dask-scheduler", 1))).toEqual(["user on-demand"]);
  gate.open();
  expect((await computed).trim()).toBe("sum 28");
});

const waits = () => `
cluster.scale(2)
client = cluster.get_client()
client.wait_for_workers(2, timeout=240)

def pass_gate(number):
    from urllib.request import urlopen
    urlopen(f"${gate.url}/{number}").read()
    return number

print("sum", sum(client.gather(client.map(pass_gate, range(8), pure=False))))
cluster.shutdown()
`;

test("nodes go when nobody needs them, down to none", async () => {
  await ann.stop();
  const none = async () => (await namesOfNodes()).length === before.length;
  await until("no node is left of those that came", 300, none, () => karpenter.tail());
  expect(await namesOfNodes()).toEqual(before);
});
