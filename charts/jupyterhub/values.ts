import type { ResolvedClusterHub } from "../../config/resolve/cluster-hub";
import { daskGatewayNames, daskGatewayService } from "../dask-gateway/names";
import { corePool } from "../place";
import { metricsPort } from "./data";
import { hubFiles, hubFolder } from "./files";
import type { JupyterHubProps } from "./props";
import { hubSecrets } from "./secrets";
import { saveSeconds, singleuserValues } from "./user-pods";
import type { Resources, Z2jhValues } from "./z2jh";

/** Values of the `jupyterhub` chart for a hub, as release `<hub>-jupyterhub` in its namespace. */
export function jupyterHubValues(props: JupyterHubProps): Z2jhValues {
  const { hub, ingress } = props;
  return {
    hub: hubValues(props),
    proxy: {
      service: { type: "ClusterIP" },
      chp: { ...corePlace(props), resources: program("10m", "64Mi", "1Gi") },
    },
    singleuser: singleuserValues(props),
    // Scheduler, priorities, placeholders and image puller are the site's: one for all hubs.
    scheduling: {
      userScheduler: { enabled: false },
      podPriority: { enabled: false },
      userPlaceholder: { enabled: false },
      corePods: { ...coreTolerations(props), nodeAffinity: { matchNodePurpose: "ignore" } },
      // A size brings its pool's.
      userPods: { tolerations: [], nodeAffinity: { matchNodePurpose: "ignore" } },
    },
    prePuller: { hook: { enabled: false }, continuous: { enabled: false } },
    ingress: {
      enabled: true,
      ingressClassName: ingress.class,
      annotations: ingress.annotations,
      hosts: [hub.host],
      tls: ingress.tlsSecret === null ? [] : [{ hosts: [hub.host], secretName: ingress.tlsSecret }],
    },
    cull: {
      enabled: true,
      timeout: hub.cull.idleSeconds,
      every: Math.min(600, Math.floor(hub.cull.idleSeconds / 2)),
      maxAge: hub.cull.maxAgeSeconds,
      removeNamedServers: hub.namedServers > 0,
    },
  };
}

function hubValues(props: JupyterHubProps): Z2jhValues["hub"] {
  const { hub, storageClass } = props;
  return {
    config: { JupyterHub: { admin_access: true }, KubeSpawner: spawnerConfig(props) },
    db: {
      type: "sqlite-pvc",
      pvc: {
        storage: `${Math.ceil(hub.databaseBytes / 2 ** 20)}Mi`,
        ...(storageClass ? { storageClassName: storageClass } : {}),
      },
    },
    allowNamedServers: hub.namedServers > 0,
    ...(hub.namedServers > 0 ? { namedServerLimitPerUser: hub.namedServers } : {}),
    ...programOf(props),
    services: hub.dask ? { [daskGatewayService]: { display: false, url: daskGatewayUrl(hub) } } : {},
    loadRoles: hub.dask ? daskRoles : {},
    // Where Prometheus looks; the chart's own place wants a token.
    service: { annotations: { "prometheus.io/port": String(metricsPort), "prometheus.io/path": "/metrics" } },
    ...corePlace(props),
    resources: program("50m", "256Mi", "2Gi"),
  };
}

/** Where the secrets of signing in are in the hub's pod. */
const secretsFolder = "/usr/local/etc/jupyterhub/isthmus-secrets";

/** The hub's own program and its secrets, beside the chart's. */
function programOf(props: JupyterHubProps) {
  const [secret] = hubSecrets(props.hub, props.identity);
  const revisions = Object.values(secret?.data ?? {}).reduce((sum, { revision }) => sum + (revision ?? 1), 0);
  return {
    extraEnv: { ISTHMUS_HUB: hubFolder, ISTHMUS_SECRETS: secretsFolder },
    extraFiles: hubFiles(props),
    extraVolumes: secret ? [{ name: "sign-in", secret: { secretName: secret.name } }] : [],
    extraVolumeMounts: secret ? [{ name: "sign-in", mountPath: secretsFolder, readOnly: true }] : [],
    // A rotated secret starts the hub anew, which reads it then.
    annotations: { "isthmus/secret-revisions": String(revisions) },
  };
}

/** Where the hub's proxy finds the gateway. */
function daskGatewayUrl({ namespace, releases }: ResolvedClusterHub): string {
  return `http://${daskGatewayNames(releases.daskGateway).traefik}.${namespace}`;
}

const useDask = `access:services!service=${daskGatewayService}`;

/** A token may use the gateway if its user may and it was made for it: notebooks' are. */
const daskRoles: Z2jhValues["hub"]["loadRoles"] = {
  user: { scopes: ["self", useDask] },
  server: { scopes: ["users:activity!user", "access:servers!server", useDask] },
};

function spawnerConfig({ hub, userScheduler, priorityClass, storeKeys }: JupyterHubProps) {
  return {
    scheduler_name: userScheduler,
    priority_class_name: priorityClass,
    // Users have no business with the cluster's API.
    automount_service_account_token: false as const,
    container_security_context: {
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" as const },
    },
    ...(storeKeys ? { extra_container_config: { envFrom: [{ secretRef: { name: storeKeys } }] } } : {}),
    delete_grace_period: hub.content.saveTo ? saveSeconds : 5,
    http_timeout: 120,
  };
}

function corePlace(props: JupyterHubProps) {
  const pool = corePool(props.pools);
  return pool ? { nodeSelector: pool.select } : {};
}

function coreTolerations(props: JupyterHubProps) {
  const pool = corePool(props.pools);
  return pool ? { tolerations: pool.tolerations } : {};
}

function program(cpu: string, memory: string, most: string): Resources {
  return { requests: { cpu, memory }, limits: { memory: most } };
}
