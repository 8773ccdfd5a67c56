import { daskGatewayPath } from "../../../charts/dask-gateway/names";
import { type DaskGatewayValues, daskGatewayValues } from "../../../charts/dask-gateway/values";
import type { JupyterHubProps } from "../../../charts/jupyterhub/props";
import { hubSecrets } from "../../../charts/jupyterhub/secrets";
import { jupyterHubValues } from "../../../charts/jupyterhub/values";
import type { Z2jhValues } from "../../../charts/jupyterhub/z2jh";
import type { ResolvedKubernetesSite } from "../../../config/resolve/kubernetes-site";
import { definitions } from "../../../constructs/kubernetes/objects/definitions";
import { propsOf } from "../../charts/jupyterhub/hub-props";
import { clusterHubOf } from "../../config/cluster-site";
import type { Manifest } from "../api";
import type { Cluster, ClusterOptions } from "../cluster";
import { installHub, priorities } from "../install-hub";
import { poolNodes } from "../pool-nodes";
import type { Platform } from "./platform-on";

/** A cluster on which hubs of a site run as processes. */
export function optionsFor(site: ResolvedKubernetesSite): ClusterOptions {
  return { pools: poolNodes(site.pools), schedulers: [site.userScheduler], podNetwork: true };
}

/** What is there once for all hubs of a site. */
export function shared(site: ResolvedKubernetesSite): readonly Manifest[] {
  return [...definitions(), ...priorities(site)];
}

/** Values of a hub's two charts. */
export interface Values {
  readonly hub: Z2jhValues;
  readonly gateway: DaskGatewayValues;
}

/** What a test changes of a hub: what its values are made from, and the values. */
export interface Changes {
  readonly props?: (props: JupyterHubProps) => JupyterHubProps;
  readonly values?: (values: Values) => Values;
}

/** A secret of signing in, as tests give them to hubs: as long as JupyterHub wants that of admins. */
export function secretOf(hub: string, key: string): string {
  return `${key} of ${hub}`.padEnd(32, ".");
}

/** Values as the hub's stack makes them. */
export function valuesOf(site: ResolvedKubernetesSite, id: string, change: Changes["props"]): Values {
  const props = propsOf(id, site);
  const changed = change?.(props) ?? props;
  return { hub: jupyterHubValues(changed), gateway: daskGatewayValues({ ...props, hub: changed.hub }) };
}

/**
 * Brings a hub up as its stack does: its objects by Helm, its secrets, then what stands for its two charts.
 *
 * @returns the address of its proxy
 */
export async function bringUp(
  { cluster, platform }: { readonly cluster: Cluster; readonly platform: Platform },
  site: ResolvedKubernetesSite,
  id: string,
  changes: Changes = {},
): Promise<string> {
  const { releases } = clusterHubOf(site, id);
  const namespace = await installHub(cluster, site, id);
  const values = valuesOf(site, id, changes.props);
  const { hub, gateway } = changes.values?.(values) ?? values;
  await cluster.apply(secretsOf(site, id));
  return platform.bringUp({
    namespace,
    hub,
    gateway: { release: releases.daskGateway, prefix: daskGatewayPath, values: gateway },
  });
}

function secretsOf(site: ResolvedKubernetesSite, id: string): readonly Manifest[] {
  const { hub, identity } = propsOf(id, site);
  const { namespace } = hub;
  const secret = (name: string, stringData: Readonly<Record<string, string>>): Manifest => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace },
    stringData,
  });
  const signIn = hubSecrets(hub, identity).map(({ name, data }) =>
    secret(name, Object.fromEntries(Object.keys(data).map((key) => [key, secretOf(id, key)]))),
  );
  return [secret("store-keys", {}), ...signIn];
}
