import { readFileSync } from "node:fs";
import { join } from "node:path";
import { userServiceAccount } from "../../config/names";
import { packageRoot } from "../../config/package-root";
import type { ResolvedPool } from "../../config/resolve/pools";
import { clientConfigFolder, clientConfigName, tokenVolumes } from "../client";
import { corePool, placeOf } from "../place";
import { type GatewayDataProps, gatewayData } from "./data";
import { daskGatewayNames, daskGatewayPath, daskGatewayService } from "./names";

export interface DaskGatewayProps extends GatewayDataProps {
  /** The scheduler of users' pods, which fills nodes one after the other. */
  readonly userScheduler: string;
  /** Priority of users' pods: before what only keeps room for them. */
  readonly priorityClass: string;
  /** Secret of the namespace with the store's keys, all of it environment; null: the cloud knows the pods by their account. */
  readonly storeKeys: string | null;
}

/**
 * Values of the `dask-gateway` chart for a hub, as release `<hub>-dask-gateway` in its namespace, beside JupyterHub's.
 *
 * @throws Error for a hub without Dask, or a site without a user pool that is never spot: rules refuse both
 */
export function daskGatewayValues(props: DaskGatewayProps) {
  const { hub, pools } = props;
  const { dask } = hub;
  if (!dask) throw new Error(`${hub.id}: no Dask`);
  const core = placeOf(corePool(pools));
  const { cores, memoryBytes } = dask.scheduler;
  const accounts = daskGatewayNames(hub.releases.daskGateway);
  return {
    gateway: {
      // One: the caps of users and of the hub are kept by one that takes requests in turn.
      replicas: 1,
      prefix: daskGatewayPath,
      resources: programOf("200Mi"),
      auth: {
        type: "jupyterhub",
        jupyterhub: {
          // Without it any token of the hub may use the gateway, whatever it was made for.
          jupyterhubServiceName: daskGatewayService,
          // JupyterHub's chart, in the same namespace, makes the token and keeps it.
          apiTokenFromSecretName: "hub",
          apiTokenFromSecretKey: `hub.services.${daskGatewayService}.apiToken`,
          apiUrl: "http://hub:8081/hub/api",
        },
      },
      env: [
        { name: "ISTHMUS_DASK", value: literalVariable(JSON.stringify(gatewayData(props))) },
        { name: "ISTHMUS_MODULES", value: literalVariable(JSON.stringify(moduleTexts())) },
      ],
      extraConfig: { isthmus: staticText("dask-gateway/gateway/dask_gateway_config.py") },
      backend: {
        namespace: hub.namespace,
        // The whole name, so that images by digest go too.
        image: { name: gatewayData(props).images[0] ?? "", tag: "" },
        scheduler: {
          extraPodConfig: { ...userPod(props), ...placeOf(schedulerPool(pools)) },
          extraContainerConfig: userContainer(props),
          cores: { request: cores, limit: 2 * cores },
          memory: { request: memoryBytes, limit: memoryBytes },
        },
        // Its size, and the pool that goes with it, are the user's choice.
        worker: { extraPodConfig: userPod(props), extraContainerConfig: userContainer(props) },
      },
      ...core,
    },
    controller: { resources: programOf("200Mi"), completedClusterMaxAge: hour, ...core },
    traefik: {
      service: { type: "ClusterIP" },
      resources: programOf("128Mi"),
      // Of its own namespace only: another hub's clusters are not its business.
      additionalArguments: [`--providers.kubernetescrd.namespaces=${hub.namespace}`],
      ...core,
    },
    // Ours: the chart's own accounts may read all Secrets of the cluster, and make pods anywhere.
    rbac: {
      gateway: { serviceAccountName: accounts.api },
      controller: { serviceAccountName: accounts.controller },
      traefik: { serviceAccountName: accounts.traefik },
    },
  };
}

export type DaskGatewayValues = ReturnType<typeof daskGatewayValues>;

/** Seconds that the record of a cluster that ended is kept. */
const hour = 3600;

/** What a program of the chart is promised, and four times that memory at most. */
function programOf(memory: `${number}Mi`) {
  return {
    requests: { cpu: "50m", memory },
    limits: { memory: `${4 * Number.parseInt(memory, 10)}Mi` },
  };
}

/** Where schedulers run: a cluster survives the loss of workers, not of its scheduler, so never on spot. */
export function schedulerPool(pools: readonly ResolvedPool[]): ResolvedPool {
  const [pool] = pools
    .filter(({ for: purpose, spot }) => purpose === "user" && !spot)
    .sort((a, b) => a.gpus - b.gpus || a.allocatable.memoryBytes - b.allocatable.memoryBytes);
  if (!pool) throw new Error("no user pool that is never spot for Dask's schedulers");
  return pool;
}

/** What Dask's pods share with notebooks: account, scheduler, priority, and what is left of root's rights: nothing. */
function userPod({ userScheduler, priorityClass, abroad }: DaskGatewayProps) {
  return {
    serviceAccountName: userServiceAccount,
    schedulerName: userScheduler,
    priorityClassName: priorityClass,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    volumes: [{ name: clientConfigName, configMap: { name: clientConfigName } }, ...tokenVolumes(abroad).volumes],
  };
}

function userContainer({ storeKeys, abroad }: DaskGatewayProps) {
  return {
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    ...(storeKeys ? { envFrom: [{ secretRef: { name: storeKeys } }] } : {}),
    volumeMounts: [
      { name: clientConfigName, mountPath: clientConfigFolder, readOnly: true },
      ...tokenVolumes(abroad).mounts,
    ],
  };
}

/** Modules of the gateway's program, each after those that it imports; two it shares with a local site's. The chart mounts no files of others. */
const modules = {
  user_prefix: "hpc-site/config/user_prefix.py",
  limits: "hpc-site/config/limits.py",
  cluster_options: "dask-gateway/gateway/cluster_options.py",
  hub_backend: "dask-gateway/gateway/hub_backend.py",
} as const;

function moduleTexts(): Record<string, string> {
  return Object.fromEntries(Object.entries(modules).map(([name, path]) => [name, staticText(path)]));
}

function staticText(path: string): string {
  return readFileSync(join(packageRoot(), "charts", path), "utf8");
}

/** A variable's value that Kubernetes takes as it is: `$(NAME)` would stand for another variable, `$$` for one `$`. */
function literalVariable(text: string): string {
  return text.replaceAll(/\$(?=[$(])/g, "$$$$");
}
