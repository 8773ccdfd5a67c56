import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Z2jhValues } from "../../../charts/jupyterhub/z2jh";
import { until } from "../../until";
import type { Manifest } from "../api";
import type { Cluster } from "../cluster";
import type { Pod } from "../pods/pod";
import { PodRunner } from "../pods/runner";
import { Services } from "../pods/services";
import { startFront } from "./front";
import { type GatewayValues, gatewayObjects, gatewayServices } from "./gateway-objects";
import { hubObjects, hubServices } from "./hub-objects";
import { platformRules } from "./platform";

/** A hub of a site by the values of its charts. */
export interface HubOnCluster {
  readonly namespace: string;
  readonly hub: Z2jhValues;
  readonly gateway?: GatewayOnCluster;
}

/** A Dask Gateway by the values of its chart. */
export interface GatewayOnCluster {
  readonly release: string;
  /** Path of the gateway below the hub's. */
  readonly prefix: string;
  readonly values: GatewayValues;
}

/** Runs JupyterHub, its proxy, Dask Gateway and the pods that they make as processes on a cluster. */
export class Platform {
  private constructor(
    private readonly cluster: Cluster,
    readonly services: Services,
    readonly runner: PodRunner,
  ) {}

  /** Watches for pods and Services; ends with the cluster. */
  static async start(cluster: Cluster): Promise<Platform> {
    const services = Services.start(cluster);
    const names = await serveNames(cluster, services);
    return new Platform(cluster, services, PodRunner.start(cluster, platformRules(names), services));
  }

  /**
   * Brings a hub up in a namespace that is there, with what its pods refer to.
   *
   * @returns the address of the hub's proxy, once the hub answers there
   */
  async bringUp({ namespace, hub, gateway }: HubOnCluster): Promise<string> {
    await this.cluster.apply(hubServices(namespace));
    const url = `http://${await this.address(namespace, "proxy-public")}`;
    if (gateway) await this.gatewayApi(namespace, gateway.release);
    const resolve = (text: string) => this.services.resolve(text, namespace);
    await this.cluster.apply(hubObjects(hub, namespace, resolve));
    await this.answers(`${url}/hub/health`);
    if (gateway) {
      await this.bringUpGateway(namespace, gateway);
      await this.answers(`${url}${gateway.prefix}/api/health`); // the hub gives its proxy the way a moment after it answers itself
    }
    return url;
  }

  /**
   * Brings a gateway up beside a hub, which may have others.
   *
   * @returns the address of its API, once that answers
   */
  async bringUpGateway(namespace: string, { release, prefix, values }: GatewayOnCluster): Promise<string> {
    const api = await this.gatewayApi(namespace, release);
    const resolve = (text: string) => this.services.resolve(text, namespace);
    await this.cluster.apply([
      ...gatewayObjects(values, { release, namespace, resolve }),
      frontPod(release, namespace),
    ]);
    const path = `/api/v1/namespaces/${namespace}/pods/front-${release}`;
    const front = await this.cluster.until(
      "the front has an address",
      path,
      (pod) => (pod as Pod | undefined)?.status?.podIP,
    );
    await startFront(this.cluster, { namespace, release, prefix, api }, front);
    await this.answers(`${api}/api/health`);
    return api;
  }

  /** The address of a gateway's API, once all of its Services have one. */
  private async gatewayApi(namespace: string, release: string): Promise<string> {
    await this.cluster.apply(gatewayServices(release, namespace));
    await this.address(namespace, `traefik-${release}`);
    return `http://${await this.address(namespace, `api-${release}`)}:8000`;
  }

  /** The address of a Service, once names in texts become it. */
  private address(namespace: string, name: string): Promise<string> {
    return until(`the address of ${name}`, 60, () => {
      const text = this.services.resolve(`http://${name}`, namespace);
      return text !== `http://${name}` && text.slice("http://".length);
    });
  }

  /** Waits until something answers well; a failure shows what every process wrote last. */
  private answers(url: string): Promise<boolean> {
    const ok = () =>
      fetch(url, { signal: AbortSignal.timeout(5000) }).then(
        ({ ok }) => ok,
        () => false,
      );
    return until(url, 180, ok, () => this.runner.report());
  }
}

/** Answers for names of the cluster; an empty text for all others. */
async function serveNames(cluster: Cluster, services: Services): Promise<string> {
  const server = createServer(async ({ url = "/" }, answer) => {
    answer.end(await services.lookUp(decodeURIComponent(url.slice(1))).catch(() => ""));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  cluster.beforeStop(async () => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function frontPod(release: string, namespace: string): Manifest {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `front-${release}`, namespace, labels: { app: release, component: "front" } },
    spec: { containers: [{ name: "front", image: "example.org/front:1.0.0" }] },
  };
}
