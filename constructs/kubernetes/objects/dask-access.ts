import { daskGatewayNames } from "../../../charts/dask-gateway/names";
import type { KubeObject } from "./object";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const read = ["get", "list", "watch"];
const clusters = (verbs: readonly string[], ...more: string[]): Rule => ({
  apiGroups: ["gateway.dask.org"],
  resources: ["daskclusters", ...more],
  verbs,
});
const core = (resources: readonly string[], verbs: readonly string[]): Rule => ({ apiGroups: [""], resources, verbs });

/**
 * Accounts of Dask Gateway's three programs with what each one needs. The chart's own roles may read every Secret of the cluster, and
 * make and end pods of every namespace; here that stays in the hub's own. The API server's and the controller's informers list over
 * all namespaces, and no setting narrows that (`list_pod_for_all_namespaces` in `KubeController.setup`, 2026.3.0): a Role would end the
 * controller at its start. So these kinds they may read everywhere, and change only here.
 */
export function daskAccess(namespace: string, release: string): KubeObject[] {
  const { api, controller, traefik } = daskGatewayNames(release);
  return [
    ...account(namespace, api, "dask-api", {
      everywhere: [clusters(read)],
      here: [clusters(["create", "patch"]), core(["secrets"], ["get"])],
    }),
    ...account(namespace, controller, "dask-controller", {
      everywhere: [clusters(read), core(["pods", "endpoints"], read)],
      here: [
        clusters(["patch", "update", "delete"], "daskclusters/status"),
        core(["pods", "secrets", "services"], ["create", "delete"]),
        {
          apiGroups: ["traefik.io"],
          resources: ["ingressroutes", "ingressroutetcps"],
          verbs: ["get", "create", "delete"],
        },
      ],
    }),
    ...account(namespace, traefik, "dask-traefik", {
      everywhere: [core(["nodes"], read)],
      here: [
        core(["services", "secrets"], read),
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
        {
          apiGroups: ["traefik.io"],
          resources: [
            ...["ingressroutes", "ingressroutetcps", "ingressrouteudps", "middlewares", "middlewaretcps"],
            ...["serverstransports", "serverstransporttcps", "tlsoptions", "tlsstores", "traefikservices"],
          ],
          verbs: read,
        },
      ],
    }),
  ];
}

interface Rights {
  readonly everywhere: readonly Rule[];
  readonly here: readonly Rule[];
}

/** An account with a role of its namespace and one of the cluster, whose name says the namespace. */
function account(namespace: string, name: string, role: string, { everywhere, here }: Rights): KubeObject[] {
  const subjects = [{ kind: "ServiceAccount", name, namespace }];
  const rbac = "rbac.authorization.k8s.io";
  const apiVersion = `${rbac}/v1`;
  const wide = `${namespace}-${role}`;
  const bound = (kind: string, to: string) => ({ roleRef: { apiGroup: rbac, kind, name: to }, subjects });
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    { apiVersion, kind: "Role", metadata: { name: role, namespace }, rules: here },
    { apiVersion, kind: "RoleBinding", metadata: { name: role, namespace }, ...bound("Role", role) },
    { apiVersion, kind: "ClusterRole", metadata: { name: wide }, rules: everywhere },
    { apiVersion, kind: "ClusterRoleBinding", metadata: { name: wide }, ...bound("ClusterRole", wide) },
  ];
}
