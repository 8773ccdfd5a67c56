import { beforeAll, expect, test } from "vitest";
import { HubSession } from "../../../bin/hub/session";
import { metricsPort } from "../../../charts/jupyterhub/data";
import { clusterHubOf, clusterSite } from "../../config/cluster-site";
import { whyMissing, withCluster } from "../with-cluster";
import { bringUp, optionsFor, secretOf, shared } from "./hubs";
import { Platform } from "./platform-on";
import { component, nodesOf, podsOf } from "./pods-of";
import { connected, made } from "./programs";
import { User } from "./user";

const site = clusterSite();
const hub = clusterHubOf(site, "workshop");
const size = hub.profiles[0]?.sizes[0]?.id ?? "";
const bed = withCluster(optionsFor(site));
let platform: Platform;
let url: string;
let ann: User;

beforeAll(async () => {
  if (whyMissing(optionsFor(site))) return;
  const { cluster } = bed;
  await cluster.apply(shared(site));
  platform = await Platform.start(cluster);
  url = await bringUp({ cluster, platform }, site, hub.id);
}, 900_000);

test("the hub's own sign-in lets in who has the workshop's password, and as a teacher only who has that for admins", async () => {
  await expect(User.signIn(url, "ann", "guessed")).rejects.toThrow("ann is not let in: 403");
  await expect(User.signIn(url, "teacher", secretOf(hub.id, "password"))).rejects.toThrow("teacher is not let in: 403");
  ann = await User.signIn(url, "ann", secretOf(hub.id, "password"));
});

test("a size or a profile that the hub does not offer starts nothing, though somebody posts it: the user reads what there is", async () => {
  const { id = "", sizes } = hub.profiles[0] ?? {};
  const noSize = `profile ${id} has no size '1024gi'; there are ${sizes?.map((one) => one.id).join(", ")}`;
  expect(await ann.spawn(id, { size: "1024gi" })).toContain(noSize);
  const noProfile = `there is no profile 'python-of-others' for you; there are ${id}`;
  expect(await ann.spawn("python-of-others", { size })).toContain(noProfile);
  expect(await nodesOf(bed.cluster, hub, component("singleuser-server"))).toEqual([]);
});

test("the API tells the same, and the hub does not end itself after so many wrong requests", async () => {
  const session = await HubSession.open(
    `${url}/`,
    { user: "ann", secret: { token: await ann.token() } },
    AbortSignal.timeout(120_000),
  );
  for (let i = 0; i < 6; i++)
    await expect(session.startServer({ profile: "huge" })).rejects.toThrow("there is no profile 'huge' for you");
  const log = (await platform.runner.waitFor(hub.namespace, "hub")).tail(1000);
  expect(log).toContain("there is no profile 'huge' for you");
  expect(log).not.toContain("consecutive spawn");
  await session.close();
});

test("a user's choice becomes a pod on the right pool, and a lab that answers through the proxy", async () => {
  expect(await ann.spawn("python", { size })).toBeUndefined();
  const lab = await ann.request(`${ann.server}lab`);
  expect(lab.status).toBe(200);
  expect(lab.text).toContain("JupyterLab");
  expect(await nodesOf(bed.cluster, hub, component("singleuser-server"))).toEqual(["user-0"]);
});

test("Prometheus reads the hub's metrics without a token, and they name nobody; who comes another way is refused", async () => {
  const [pod] = await podsOf(bed.cluster, hub, component("hub"));
  const address = `http://${pod?.status.podIP}`;
  const found = await fetch(`${address}:${metricsPort}/metrics`);
  const text = await found.text();
  expect(text).toContain("jupyterhub_running_servers 1.0");
  expect(text).not.toMatch(/\bann\b/);
  const asked = [`${url}/hub/metrics`, `${url}/hub/api/metrics`, `${address}:8081/hub/metrics`];
  for (const place of asked) expect((await fetch(place, { redirect: "manual" })).status, place).toBe(403);
  expect((await ann.request("hub/metrics")).status).toBe(403);
});

test("a cluster made with the user's own token computes; its scheduler is beside notebooks, its workers fill one spot node", async () => {
  const name = (await ann.python(made)).trim();
  expect(name).toMatch(/^alps-workshop\./);
  expect(await nodesOf(bed.cluster, hub, component("dask-scheduler"))).toEqual(["user-0"]);
  expect(await nodesOf(bed.cluster, hub, component("dask-worker"))).toEqual(["dask-0", "dask-0"]);
  for (const kind of ["dask-scheduler", "dask-worker"])
    for (const { status } of await podsOf(bed.cluster, hub, component(kind)))
      expect(await (await fetch(`http://${status.podIP}:8787/metrics`)).text()).toContain("# TYPE dask_");
  expect((await ann.python(`${connected(name)}\n${sum}`)).trim()).toBe("sum 45");
});

const sum = `
print("sum", cluster.get_client().submit(sum, range(10)).result())
cluster.shutdown()
`;
