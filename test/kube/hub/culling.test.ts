import { beforeAll, expect, test } from "vitest";
import { daskGatewayPath } from "../../../charts/dask-gateway/names";
import type { JupyterHubProps } from "../../../charts/jupyterhub/props";
import { clusterHubOf, clusterSite } from "../../config/cluster-site";
import { until } from "../../until";
import { whyMissing, withCluster } from "../with-cluster";
import { Gate } from "./gate";
import { bringUp, optionsFor, secretOf, shared, type Values } from "./hubs";
import { Platform } from "./platform-on";
import { connected, made } from "./programs";
import { User } from "./user";

const site = clusterSite();
const hub = clusterHubOf(site, "workshop");
const bed = withCluster(optionsFor(site));
let platform: Platform;
let gate: Gate;
let url: string;
let ann: User;
let bob: User;
let eve: User;
let cluster: string;

beforeAll(async () => {
  if (whyMissing(optionsFor(site))) return;
  await bed.cluster.apply(shared(site));
  platform = await Platform.start(bed.cluster);
  gate = await Gate.start(bed.cluster);
  url = await bringUp({ cluster: bed.cluster, platform }, site, hub.id, { props: hasty, values: attentive });
  const signIn = (name: string) => User.signIn(url, name, secretOf(hub.id, "password"));
  [ann, bob, eve] = [await signIn("ann"), await signIn("bob"), await signIn("eve")];
  for (const user of [ann, bob, eve]) expect(await user.spawn("python")).toBeUndefined();
}, 900_000);

/** As the config has it, but for seconds: less than it takes. */
function hasty(props: JupyterHubProps): JupyterHubProps {
  return { ...props, hub: { ...props.hub, cull: { ...props.hub.cull, idleSeconds: 18 } } };
}

/** The hub hears of what the proxy and the servers saw within seconds, so as often within the shorter time as else within an hour. */
function attentive({ hub: values, gateway }: Values): Values {
  const JupyterHub = { ...values.hub.config.JupyterHub, last_activity_interval: 2 };
  const extraEnv = { ...values.singleuser.extraEnv, JUPYTERHUB_ACTIVITY_INTERVAL: "2" };
  return {
    hub: {
      ...values,
      hub: { ...values.hub, config: { ...values.hub.config, JupyterHub } },
      singleuser: { ...values.singleuser, extraEnv },
    },
    gateway,
  };
}

function log(): string {
  return platform.runner.process(hub.namespace, "hub")?.tail(5000) ?? "";
}

/** Waits until the culler has stopped a user's server. */
async function culled(user: User): Promise<void> {
  await until(`the server of ${user.name} is gone`, 180, async () => !(await user.hasServer()), log);
  expect(log()).toContain(`Culling server ${user.name} `);
}

/** Waits until the culler has looked so often again. */
async function looked(times: number): Promise<void> {
  const rounds = () => log().match(/GET \/hub\/api\/users\S* \(jupyterhub-idle-culler@/g)?.length ?? 0;
  const before = rounds();
  await until(`the culler looked ${times} times`, 180, () => rounds() >= before + times, log);
}

/** What the hub says of a user's server. */
async function serverOf(user: User): Promise<unknown> {
  const { text } = await user.request(`hub/api/users/${user.name}`);
  return (JSON.parse(text) as { readonly servers: Readonly<Record<string, unknown>> }).servers[""];
}

test("an idle server is culled with its idle kernel; one whose kernel computes is not, nor one whose user's Dask cluster does", async () => {
  await ann.python(leaves(`from urllib.request import urlopen\nurlopen("${gate.url}/kernel").read()`));
  cluster = (await bob.python(made)).trim();
  await bob.python(`${connected(cluster)}\n${computes(`${gate.url}/dask`)}`);
  await gate.waiting(2);
  expect((await eve.request(`${eve.server}api/kernels`, "POST")).status).toBe(201);
  await culled(eve); // who was the last to do something
  await looked(4);
  for (const user of [ann, bob]) expect(await serverOf(user), user.name).toMatchObject({ ready: true, pending: null });
  for (const user of [ann, bob]) expect((await user.request(`${user.server}api/status`)).status).toBe(200);
});

test("when their work is done they are culled too", async () => {
  gate.open();
  const headers = { authorization: `jupyterhub ${await bob.token()}` };
  const ended = await fetch(`${url}${daskGatewayPath}/api/v1/clusters/${cluster}`, { method: "DELETE", headers });
  expect(ended.status).toBe(204);
  await Promise.all([culled(ann), culled(bob)]);
});

/** Lets a kernel of its own compute, and goes, as who closes the browser: an open WebSocket would count as somebody's activity. */
const leaves = (code: string) => `
import asyncio, json, os, threading
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

async def begin():
    server = os.environ["JUPYTERHUB_SERVICE_URL"] + "api/kernels"
    headers = {"Authorization": "token " + os.environ["JUPYTERHUB_API_TOKEN"]}
    answer = await AsyncHTTPClient().fetch(HTTPRequest(server, "POST", headers, "{}"))
    url = f"{server}/{json.loads(answer.body)['id']}/channels".replace("http", "ws", 1)
    channels = await websocket_connect(HTTPRequest(url, headers=headers))
    header = {"msg_id": "1", "msg_type": "execute_request", "session": "1", "username": "", "version": "5.4"}
    content = {"code": ${JSON.stringify(code)}, "silent": False, "allow_stdin": False}
    parts = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    await channels.write_message(json.dumps({"channel": "shell", **parts}))
    while json.loads(await channels.read_message())["header"]["msg_type"] != "execute_input":
        pass
    channels.close()

thread = threading.Thread(target=lambda: asyncio.run(begin()))
thread.start()
thread.join()
`;

/** Leaves work to a Dask cluster, whose client goes. */
const computes = (address: string) => `
from dask.distributed import fire_and_forget

def ask(address):
    from urllib.request import urlopen
    urlopen(address).read()

fire_and_forget(cluster.get_client().submit(ask, "${address}"))
`;
