import type { Manifest } from "../api";
import { images } from "./platform";

/** Values of the Dask Gateway chart, as far as the stand-in reads them itself. */
export interface GatewayValues {
  readonly gateway: {
    readonly auth: {
      readonly jupyterhub: { readonly apiTokenFromSecretName: string; readonly apiTokenFromSecretKey: string };
    };
    readonly env: readonly object[];
    readonly nodeSelector?: Readonly<Record<string, string>>;
    readonly tolerations?: readonly object[];
  };
  readonly rbac: Readonly<Record<"gateway" | "controller", { readonly serviceAccountName: string }>>;
}

const folder = "/etc/dask-gateway";

/** Services of a gateway, whose addresses the rest needs: the API's, and the front's that stands for Traefik. */
export function gatewayServices(release: string, namespace: string): readonly Manifest[] {
  const service = (name: string, component: string, port: number, targetPort: number): Manifest => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { selector: { app: release, component }, ports: [{ name: "web", port, targetPort }] },
  });
  return [service(`api-${release}`, "gateway", 8000, 8000), service(`traefik-${release}`, "front", 80, 8000)];
}

/**
 * What stands for the Dask Gateway chart: its API and controller, made from the chart's values. Their accounts are the hub's objects.
 *
 * @param resolve puts addresses for names of Services
 */
export function gatewayObjects(
  values: GatewayValues,
  { release, namespace, resolve }: { release: string; namespace: string; resolve: (text: string) => string },
): readonly Manifest[] {
  const at = (name: string) => ({ name, namespace });
  const settings = { release, namespace, values };
  const { apiTokenFromSecretName: name, apiTokenFromSecretKey: key } = values.gateway.auth.jupyterhub;
  const token = { name: "JUPYTERHUB_API_TOKEN", valueFrom: { secretKeyRef: { name, key } } };
  const config = ["--config", `${__dirname}/dask_gateway_config.py`];
  const pod = (component: GatewayPod["component"], command: readonly string[], env: readonly object[]) =>
    gatewayPod(values, { release, namespace, component, command, env });
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: at(release),
      data: { "settings.json": resolve(JSON.stringify(settings)) },
    },
    pod("gateway", ["dask-gateway-server", ...config], [...values.gateway.env, token]),
    pod("controller", ["dask-gateway-server", "kube-controller", ...config], []),
  ];
}

interface GatewayPod {
  readonly release: string;
  readonly namespace: string;
  readonly component: "gateway" | "controller";
  readonly command: readonly string[];
  readonly env: readonly object[];
}

function gatewayPod(values: GatewayValues, { release, namespace, component, command, env }: GatewayPod): Manifest {
  const container = {
    name: component,
    image: images.gateway,
    command,
    env: [
      { name: "GATEWAY_FOLDER", value: folder },
      { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      ...env,
    ],
    volumeMounts: [{ name: "settings", mountPath: folder }],
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `${component}-${release}`, namespace, labels: { app: release, component } },
    spec: {
      serviceAccountName: values.rbac[component].serviceAccountName,
      nodeSelector: values.gateway.nodeSelector ?? {},
      tolerations: values.gateway.tolerations ?? [],
      containers: [container],
      volumes: [{ name: "settings", configMap: { name: release } }],
    },
  };
}
