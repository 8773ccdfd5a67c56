import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { hubSecrets } from "../../../charts/jupyterhub/secrets";
import { jupyterHubValues } from "../../../charts/jupyterhub/values";
import type { Z2jhValues } from "../../../charts/jupyterhub/z2jh";
import { alteredSite } from "../../config/cluster-site";
import { faultsOfValues, missingSchema } from "../schemas";
import { propsOf } from "./hub-props";

const golden = join(__dirname, "..", "..", "golden", "charts", "jupyterhub");

/** Values to read: program text by its files' names. */
function readable(values: Z2jhValues): string {
  const short = (key: string, value: unknown) => (key === "stringData" ? "(text)" : value);
  return stringify(JSON.parse(JSON.stringify(values, short)), { lineWidth: 0, aliasDuplicateObjects: false });
}

test.each(["prod", "workshop", "hydrology"])("%s: its values", async (hub) => {
  await expect(readable(jupyterHubValues(propsOf(hub)))).toMatchFileSnapshot(join(golden, `${hub}.yaml`));
});

test("the chart's own schema takes the values, and would not take a misspelt key", ({ skip }) => {
  const missing = missingSchema("jupyterhub");
  if (missing) skip(missing);
  for (const hub of ["prod", "workshop", "hydrology"])
    expect(faultsOfValues("jupyterhub", jupyterHubValues(propsOf(hub)))).toEqual([]);
  const values = jupyterHubValues(propsOf("prod"));
  expect(faultsOfValues("jupyterhub", { ...values, cull: { ...values.cull, maxage: 1 } })).toEqual([
    "/cull must NOT have additional properties maxage",
  ]);
});

test("any token of the hub could use the gateway: only users and their notebooks may, and only where there is one", () => {
  const scope = "access:services!service=dask-gateway";
  const { loadRoles } = jupyterHubValues(propsOf("prod")).hub;
  expect(loadRoles.user?.scopes).toContain(scope);
  expect(loadRoles.server?.scopes).toContain(scope);
  expect(Object.keys(loadRoles)).toEqual(["user", "server"]);
  expect(jupyterHubValues(propsOf("hydrology")).hub.loadRoles).toEqual({});
});

test("nothing of the chart is cluster-wide: scheduler, priorities, placeholders and puller are the site's", () => {
  const { scheduling, prePuller } = jupyterHubValues(propsOf("prod"));
  const parts = [scheduling.userScheduler, scheduling.podPriority, scheduling.userPlaceholder];
  expect([...parts, prePuller.hook, prePuller.continuous].some(({ enabled }) => enabled)).toBe(false);
});

test("Prometheus is told the port that asks for no token: the hub's own path is at its public address too", () => {
  const { service, extraFiles, config } = jupyterHubValues(propsOf("prod")).hub;
  expect(service.annotations).toEqual({ "prometheus.io/port": "8082", "prometheus.io/path": "/metrics" });
  expect(extraFiles["hub.json"]).toMatchObject({ data: { metricsPort: 8082 } });
  expect(JSON.stringify(config)).not.toContain("authenticate_prometheus");
});

test("D2: notebooks reach the server by which they are somebody, and nowhere else where there is none", () => {
  const open = (...networks: string[]) => {
    const identityServers = { networks, ports: [80] };
    const { networkPolicy, cloudMetadata } = jupyterHubValues({ ...propsOf("prod"), identityServers }).singleuser;
    // The chart's own block is on each pod, whatever its policies say.
    expect(cloudMetadata).toEqual({ blockWithIptables: false });
    expect(networkPolicy.egressAllowRules.cloudMetadataServer).toBe(false);
    return JSON.stringify(networkPolicy.egress).includes(
      '{"to":[{"ipBlock":{"cidr":"169.254.170.23/32"}}],"ports":[{"port":80}]}',
    );
  };
  expect(open("169.254.170.23/32")).toBe(true);
  expect(open()).toBe(false);
});

test("secrets of signing in come by a Secret that the stack makes", () => {
  const { identity, hub } = propsOf("prod");
  const secret = { env: "CILOGON_CLIENT_SECRET" };
  expect(hubSecrets(hub, identity)).toEqual([{ name: "sign-in", data: { "client-secret": secret } }]);
  const workshop = propsOf("workshop");
  expect(Object.keys(hubSecrets(workshop.hub, null)[0]?.data ?? {})).toEqual(["password", "admin-password"]);
  const mounted = jupyterHubValues(workshop).hub.extraVolumes;
  expect(mounted).toEqual([{ name: "sign-in", secret: { secretName: "sign-in" } }]);
});

test("files without a home come back before the notebook starts, and are saved after it has ended", () => {
  const site = alteredSite([
    "    use: course\n",
    "    use: course\n    home: none\n    content: { saveTo: persistent, git: https://git.alps.example/x }\n",
  ]);
  const { hub, singleuser } = jupyterHubValues(propsOf("hydrology", site));
  const order = singleuser.initContainers.map(({ name, restartPolicy }) => [name, restartPolicy ?? "once"]);
  expect(order).toEqual([
    ["restore-home", "once"],
    ["content", "once"],
    ["keep-home", "Always"],
  ]);
  const grace = singleuser.extraPodConfig.terminationGracePeriodSeconds;
  expect([grace, hub.config.KubeSpawner.delete_grace_period]).toEqual([120, 120]);
  expect(singleuser.storage.extraVolumes.home).toEqual({ name: "home", emptyDir: { sizeLimit: "10Gi" } });
});
