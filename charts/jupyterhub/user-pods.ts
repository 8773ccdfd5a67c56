import { userServiceAccount } from "../../config/names";
import { abroadVariables, clientConfigFolder, clientVariables, tokenVolumes } from "../client";
import { closedRanges } from "../networks";
import { containerFiles, homeContainers } from "./containers";
import { literalTexts } from "./expressions";
import { homePaths, homeVolume, ownFolder, sharedFolder } from "./homes";
import { profileList } from "./profiles";
import type { JupyterHubProps } from "./props";
import type { EgressRule, VolumeMount, Z2jhValues } from "./z2jh";

/** Seconds: a node from nothing and an image of several gigabytes. */
const startTimeout = 900;

/** Values of users' pods: what is the same in all profiles. */
export function singleuserValues(props: JupyterHubProps): Z2jhValues["singleuser"] {
  const { hub, pools } = props;
  const image = hub.profiles.find((p) => p.default)?.image ?? hub.profiles[0]?.image ?? "";
  return {
    // The whole name, so that images by digest go too.
    image: { name: image, tag: "", pullPolicy: "IfNotPresent" },
    serviceAccountName: userServiceAccount,
    startTimeout,
    uid: 1000,
    fsGid: 100,
    extraLabels: { "hub.jupyter.org/network-access-proxy-http": "true" },
    extraEnv: literalTexts(environmentOf(props)),
    extraFiles: { ...serverFiles(props), ...containerFiles(props) },
    initContainers: homeContainers(props),
    extraPodConfig: hub.content.saveTo ? { terminationGracePeriodSeconds: saveSeconds } : {},
    storage: storageOf(props),
    cloudMetadata: { blockWithIptables: false },
    networkPolicy: {
      enabled: true,
      egressAllowRules: { cloudMetadataServer: false, nonPrivateIPs: false, privateIPs: false },
      egress: egressOf(props),
    },
    profileList: profileList(hub, pools),
  };
}

/** Seconds that a server which ends has to copy its files to the store. */
export const saveSeconds = 120;

function environmentOf(props: JupyterHubProps): Record<string, string> {
  const { hub, storeEnvironment, abroad, clientConfig } = props;
  return {
    ...storeEnvironment,
    ...abroadVariables(abroad),
    ...hub.environment,
    ...(clientConfig ? clientVariables : {}),
    DASK_DISTRIBUTED__DASHBOARD__LINK: "{JUPYTERHUB_SERVICE_PREFIX}proxy/{port}/status",
  };
}

/** Seconds that an idle kernel, and a server that only the hub knows to be at work, are kept at least where there may be a Dask cluster. */
const daskSeconds = 24 * 3600;

/** Settings of Jupyter Server: kernels and terminals that idle end, busy ones never. */
function serverFiles({ hub }: JupyterHubProps): Z2jhValues["singleuser"]["extraFiles"] {
  const idle = hub.cull.idleSeconds;
  const alone = hub.dask ? Math.max(idle, daskSeconds) : idle;
  return {
    "jupyter-server.json": {
      mountPath: "/etc/jupyter/jupyter_server_config.d/isthmus.json",
      data: {
        MappingKernelManager: {
          cull_idle_timeout: alone,
          cull_interval: 300,
          cull_connected: true,
          cull_busy: false,
        },
        TerminalManager: { cull_inactive_timeout: idle, cull_interval: 300 },
        ServerApp: { shutdown_no_activity_timeout: alone },
      },
    },
  };
}

function storageOf(props: JupyterHubProps): Z2jhValues["singleuser"]["storage"] {
  const { homeClaim, clientConfig } = props;
  const tokens = tokenVolumes(props.abroad);
  const own = ownFolder(props);
  const shared = sharedFolder(props);
  const homes = (mount: Omit<VolumeMount, "name" | "mountPath">, below = "") =>
    homePaths.map((path): VolumeMount => ({ name: homeVolume, ...mount, mountPath: `${path}${below}` }));
  const mounts: VolumeMount[] = [
    { name: "shared-memory", mountPath: "/dev/shm" },
    // The first is the chart's own.
    ...(homeClaim ? homes({ subPath: own }).slice(1) : []),
    ...(shared ? homes({ subPath: shared.subPath, readOnly: true }, "/shared") : []),
    ...(hasWorkingHome(props) ? homes({}) : []),
    ...(clientConfig ? [{ name: "client-config", mountPath: clientConfigFolder, readOnly: true }] : []),
    ...tokens.mounts,
  ];
  return {
    ...(homeClaim
      ? { type: "static" as const, static: { pvcName: homeClaim, subPath: own } }
      : { type: "none" as const }),
    homeMountPath: homePaths[0],
    extraVolumes: {
      "shared-memory": { name: "shared-memory", emptyDir: { medium: "Memory" } },
      ...(hasWorkingHome(props) ? { home: { name: homeVolume, emptyDir: { sizeLimit: workingHome } } } : {}),
      ...(clientConfig ? { "client-config": { name: "client-config", configMap: { name: clientConfig } } } : {}),
      ...Object.fromEntries(tokens.volumes.map((volume) => [volume.name, volume])),
    },
    extraVolumeMounts: Object.fromEntries(
      mounts.map((mount) => [mount.mountPath.slice(1).replaceAll("/", "-"), mount]),
    ),
  };
}

/** Disk of a node that a home without a file system may take. */
const workingHome = "10Gi";

/** A home that goes with the server, but that other containers of the pod fill and save: without it the image's own is used. */
function hasWorkingHome({ hub, homeClaim }: JupyterHubProps): boolean {
  return homeClaim === null && (hub.content.git !== null || hub.content.saveTo !== null);
}

/** Beside names, hub and proxy: the internet, the store, and this hub's Dask Gateway, by which all of Dask is reached. */
function egressOf({ hub, storeNetworks, identityServers: { networks, ports } }: JupyterHubProps): EgressRule[] {
  const gateway = { "app.kubernetes.io/name": "dask-gateway", "app.kubernetes.io/component": "traefik" };
  return [
    { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: closedRanges } }] },
    ...(storeNetworks.length > 0 ? [{ to: addresses(storeNetworks) }] : []),
    ...(networks.length > 0 ? [{ to: addresses(networks), ports: ports.map((port) => ({ port })) }] : []),
    ...(hub.dask ? [{ to: [{ podSelector: { matchLabels: gateway } }], ports: [{ port: 8000 }] }] : []),
  ];
}

function addresses(networks: readonly string[]) {
  return networks.map((cidr) => ({ ipBlock: { cidr } }));
}
