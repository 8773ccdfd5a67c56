import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { daskGatewayPath } from "../../../charts/dask-gateway/names";
import type { DaskGatewayValues } from "../../../charts/dask-gateway/values";
import type { Profile } from "../../../charts/jupyterhub/z2jh";
import { alteredSite, clusterHubOf } from "../../config/cluster-site";
import { until } from "../../until";
import type { Manifest } from "../api";
import { whyMissing, withCluster } from "../with-cluster";
import { bringUp, optionsFor, secretOf, shared, type Values, valuesOf } from "./hubs";
import { Platform } from "./platform-on";
import { component, podsOf } from "./pods-of";
import { connected, made } from "./programs";
import { User } from "./user";

// Each bug was found by processes only: schemas, `helm --wait` and the values' own tests were content. Beside what our values
// do stands what happens without the fix, so that these tests are known to see the bug.

const format = '{message} {0} of {"a": {}}';
const site = alteredSite([
  "python: { title: Workshop, sizes: [8Gi] }",
  `python: { title: Workshop, sizes: [8Gi], environment: { LOG_FORMAT: '${format}' } }`,
]);
const hub = clusterHubOf(site, "workshop");
const bed = withCluster(optionsFor(site));
let platform: Platform;
let url: string;
let ann: User;

beforeAll(async () => {
  if (whyMissing(optionsFor(site))) return;
  const { cluster } = bed;
  await cluster.apply(shared(site));
  platform = await Platform.start(cluster);
  url = await bringUp({ cluster, platform }, site, hub.id, { values: altered });
  ann = await User.signIn(url, "ann", secretOf(hub.id, "password"));
}, 900_000);

/** A service beside Dask Gateway that may know who the users are; profiles with the braces of ours as they were. */
function altered({ hub: values, gateway }: Values): Values {
  const services = { ...values.hub.services, report: { display: false as const } };
  const loadRoles = { ...values.hub.loadRoles, report: { scopes: ["list:users"], services: ["report"] } };
  const { extraEnv, profileList } = values.singleuser;
  const [ours] = profileList;
  if (!ours) throw new Error("the hub has no profile");
  const link = { DASK_DISTRIBUTED__DASHBOARD__LINK: extraEnv.DASK_DISTRIBUTED__DASHBOARD__LINK };
  const format = { LOG_FORMAT: ours.kubespawner_override.environment?.LOG_FORMAT };
  const bare = [bareProfile("bare-link", ours, link), bareProfile("bare-format", ours, format)];
  const singleuser = { ...values.singleuser, profileList: [...profileList, ...bare] };
  return { hub: { ...values, hub: { ...values.hub, services, loadRoles }, singleuser }, gateway };
}

/** A profile that has variables with single braces. */
function bareProfile(
  slug: string,
  { default: _, ...rest }: Profile,
  doubled: Readonly<Record<string, string | undefined>>,
): Profile {
  const environment = Object.fromEntries(
    Object.entries(doubled).map(([name, value = ""]) => [name, value.replaceAll("{{", "{").replaceAll("}}", "}")]),
  );
  return { ...rest, slug, kubespawner_override: { ...rest.kubespawner_override, environment } };
}

test.each([
  ["of ours", "bare-link", "JUPYTERHUB_SERVICE_PREFIX"],
  ["of a profile", "bare-format", "message"],
])(
  "single braces in a variable %s fail every start: KubeSpawner takes them as names of its own",
  async (_, profile, name) => {
    expect(await ann.spawn(profile)).toContain("failed");
    const log = platform.runner.process(hub.namespace, "hub")?.tail(200) ?? "";
    expect(log.match(/(?<=KeyError: )'.*'/g)?.at(-1)).toBe(`'${name}'`);
    expect(await podsOf(bed.cluster, hub, component("singleuser-server"))).toEqual([]);
  },
);

test("braces in variables of ours and in those of a profile reach the notebook and Dask's workers as they are written", async () => {
  expect(await ann.spawn("python")).toBeUndefined();
  const link = "{JUPYTERHUB_SERVICE_PREFIX}proxy/{port}/status";
  expect(JSON.parse(await ann.python(variables))).toEqual([format, link]);
  const name = (await ann.python(made)).trim();
  expect(await ann.python(`${connected(name)}\n${ofWorkers}`)).toBe(`${format}\n`);
});

const variables = `
import json, os
print(json.dumps([os.environ[name] for name in ("LOG_FORMAT", "DASK_DISTRIBUTED__DASHBOARD__LINK")]))
`;

/** What all workers have, printed once; ends the cluster. */
const ofWorkers = `
import os
print(*set(cluster.get_client().run(os.getenv, "LOG_FORMAT").values()), sep="\\n")
cluster.shutdown()
`;

test("any token of the hub could use a gateway that names no service; ours takes the user's, and none that was made for something else", async () => {
  const ours = `${url}${daskGatewayPath}`;
  const reading = await ann.token(["read:users!user"]);
  const report = await serviceToken("report");
  expect(await asked(ours, await ann.token())).toBe(200);
  expect(await asked(ours, reading)).toBe(401);
  expect(await asked(ours, report)).toBe(401);
  const open = await beside("open", ({ gateway, ...rest }) => {
    const jupyterhub = { ...gateway.auth.jupyterhub, jupyterhubServiceName: undefined };
    return { ...rest, gateway: { ...gateway, auth: { ...gateway.auth, jupyterhub } } };
  });
  expect(await asked(open, reading)).toBe(200);
  expect(await asked(open, report)).toBe(200);
});

/** The hub's token of a service. */
async function serviceToken(name: string): Promise<string> {
  const secret = await bed.cluster.get<Manifest & { readonly data: Readonly<Record<string, string>> }>(
    `/api/v1/namespaces/${hub.namespace}/secrets/hub`,
  );
  return Buffer.from(secret?.data[`hub.services.${name}.apiToken`] ?? "", "base64").toString();
}

/** What a gateway says to a list of clusters. */
async function asked(gateway: string, token: string): Promise<number> {
  const headers = { authorization: `jupyterhub ${token}` };
  return (await fetch(`${gateway}/api/v1/clusters/`, { headers })).status;
}

/** Brings a second gateway up beside the hub's own; where its API is. */
function beside(name: string, change: (values: DaskGatewayValues) => object): Promise<string> {
  const values = change(valuesOf(site, hub.id, undefined).gateway) as DaskGatewayValues;
  return platform.bringUpGateway(hub.namespace, { release: `${name}-dask-gateway`, prefix: daskGatewayPath, values });
}

test("the commands by which the gateway starts Dask are gone from distributed: by ours a cluster computes, by its own it fails", async () => {
  expect(await ann.python(`${made}\ncluster.shutdown()`)).toMatch(/^alps-workshop\./);
  const undone = "del c.KubeClusterConfig.scheduler_cmd\ndel c.KubeClusterConfig.worker_cmd\n";
  const api = await beside("bare", ({ gateway, ...rest }) => {
    return { ...rest, gateway: { ...gateway, extraConfig: { ...gateway.extraConfig, undone } } };
  });
  const headers = { authorization: `jupyterhub ${await ann.token()}`, "content-type": "application/json" };
  const asked = await fetch(`${api}/api/v1/clusters/`, { method: "POST", headers, body: "{}" });
  const { name } = (await asked.json()) as { readonly name: string };
  const failed = async () => {
    const cluster = await (await fetch(`${api}/api/v1/clusters/${name}`, { headers })).json();
    return (cluster as { readonly status: string }).status === "FAILED";
  };
  await until("the cluster has failed", 120, failed, () => platform.runner.report());
  const log = join(bed.cluster.folder, `${hub.namespace}.dask-scheduler-${name.split(".")[1]}.dask-scheduler.log`);
  expect(readFileSync(log, "utf8")).toMatch(/can't open file '.*\/dask-scheduler'/);
});
