import { join } from "node:path";
import { priorityClassName } from "../../config/names";
import type { ResolvedKubernetesSite } from "../../config/resolve/kubernetes-site";
import { hubObjects, hubPodSecurity } from "../../constructs/kubernetes/objects/hub";
import { clusterHubOf } from "../config/cluster-site";
import { hubProps } from "../constructs/kubernetes/objects/hub-props";
import type { Manifest } from "./api";
import type { Cluster } from "./cluster";
import { namespaceOf } from "./manifests";

/** Priorities as a site's services make them. */
export function priorities(site: ResolvedKubernetesSite): readonly Manifest[] {
  const priority = (kind: "default" | "placeholder", value: number): Manifest => ({
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name: priorityClassName(site.id, kind) },
    value,
  });
  return [priority("default", 0), priority("placeholder", -10)];
}

/** Installs a hub's objects as its stack does: by Helm, with the chart that prints them. Returns its namespace. */
export async function installHub(cluster: Cluster, site: ResolvedKubernetesSite, hub: string): Promise<string> {
  const { namespace } = clusterHubOf(site, hub);
  await cluster.apply([namespaceOf(namespace, hubPodSecurity)]);
  const values = JSON.stringify({ objects: hubObjects(hubProps(hub, site)) });
  const chart = join(__dirname, "..", "..", "charts", "objects");
  await cluster.helm(["install", `${hub}-objects`, chart, "--namespace", namespace, "--values", "-"], values);
  return namespace;
}
