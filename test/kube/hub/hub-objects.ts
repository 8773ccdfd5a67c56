import { randomBytes } from "node:crypto";
import type { ExtraFile, Z2jhValues } from "../../../charts/jupyterhub/z2jh";
import type { Manifest } from "../api";
import { images } from "./platform";

const folder = "/usr/local/etc/jupyterhub/secret";

/** Services of a hub, whose addresses the rest needs. */
export function hubServices(namespace: string): readonly Manifest[] {
  const service = (name: string, component: string, port: number, targetPort = port): Manifest => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { selector: { app: "jupyterhub", component }, ports: [{ port, targetPort }] },
  });
  return [service("hub", "hub", 8081), service("proxy-api", "proxy", 8001), service("proxy-public", "proxy", 80, 8000)];
}

/**
 * What stands for the JupyterHub chart: its hub and proxy with their account, secrets and Services, made from the chart's values.
 *
 * @param resolve puts addresses for names of Services
 */
export function hubObjects(
  values: Z2jhValues,
  namespace: string,
  resolve: (text: string) => string,
): readonly Manifest[] {
  const tokens = Object.keys(values.hub.services).map((name) => [`hub.services.${name}.apiToken`, secret()] as const);
  const proxyToken = secret();
  const at = (name: string) => ({ name, namespace });
  const verbs = ["get", "list", "watch", "create", "delete"];
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: at("hub") },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: at("hub"),
      rules: [
        { apiGroups: [""], resources: ["pods", "persistentvolumeclaims", "secrets", "services"], verbs },
        { apiGroups: [""], resources: ["events"], verbs: ["get", "list", "watch"] },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: at("hub"),
      subjects: [{ kind: "ServiceAccount", ...at("hub") }],
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "hub" },
    },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: at("hub"),
      stringData: {
        "values.json": resolve(JSON.stringify(values)),
        ...Object.fromEntries(tokens),
      },
    },
    { apiVersion: "v1", kind: "Secret", metadata: at("singleuser"), stringData: texts(values.singleuser.extraFiles) },
    pod("hub", namespace, hubContainer(values, proxyToken), values, hubVolumes(values)),
    pod("proxy", namespace, proxyContainer(proxyToken), values, []),
  ];
}

function secret(): string {
  return randomBytes(32).toString("hex");
}

function texts(files: Readonly<Record<string, ExtraFile>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([key, file]) => [key, "data" in file ? JSON.stringify(file.data) : file.stringData]),
  );
}

function hubVolumes({ hub }: Z2jhValues): readonly object[] {
  return [{ name: "secret", secret: { secretName: "hub" } }, ...hub.extraVolumes];
}

function hubContainer({ hub }: Z2jhValues, proxyToken: string): object {
  return {
    image: images.hub,
    command: ["jupyterhub", "-f", `${__dirname}/jupyterhub_config.py`],
    env: [
      { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
      { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      { name: "CONFIGPROXY_AUTH_TOKEN", value: proxyToken },
      { name: "HUB_FOLDER", value: folder },
      ...Object.entries(hub.extraEnv).map(([name, value]) => ({ name, value })),
    ],
    volumeMounts: [{ name: "secret", mountPath: folder }, ...hub.extraVolumeMounts],
    resources: hub.resources,
  };
}

function proxyContainer(token: string): object {
  return {
    image: images.proxy,
    command: ["configurable-http-proxy", "--ip=0.0.0.0", "--port=8000", "--api-ip=0.0.0.0", "--api-port=8001"],
    args: ["--default-target=http://hub:8081", "--error-target=http://hub:8081/hub/error"],
    env: [{ name: "CONFIGPROXY_AUTH_TOKEN", value: token }],
  };
}

function pod(
  name: string,
  namespace: string,
  container: object,
  values: Z2jhValues,
  volumes: readonly object[],
): Manifest {
  const { tolerations = [] } = values.scheduling.corePods;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { app: "jupyterhub", component: name } },
    spec: {
      serviceAccountName: "hub",
      nodeSelector: values.hub.nodeSelector ?? {},
      tolerations,
      containers: [{ name, ...container }],
      volumes,
    },
  };
}
