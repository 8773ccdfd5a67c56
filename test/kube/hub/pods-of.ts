import type { Cluster } from "../cluster";
import type { Pod } from "../pods/pod";

/** Pods of a hub's namespace that are not about to go. */
export async function podsOf(
  cluster: Cluster,
  { namespace }: { readonly namespace: string },
  wanted: (pod: Pod) => boolean,
): Promise<readonly Pod[]> {
  const pods = await cluster.list<Pod>(`/api/v1/namespaces/${namespace}/pods`);
  return pods.filter((pod) => !pod.metadata.deletionTimestamp && wanted(pod));
}

/** The nodes of these pods. */
export async function nodesOf(...of: Parameters<typeof podsOf>): Promise<string[]> {
  return (await podsOf(...of)).map(({ spec }) => spec.nodeName ?? "nowhere");
}

/** Pods of one kind: `singleuser-server`, `dask-scheduler`, `dask-worker`. */
export function component(name: string): (pod: Pod) => boolean {
  return ({ metadata }) =>
    metadata.labels?.["app.kubernetes.io/component"] === name || metadata.labels?.component === name;
}
