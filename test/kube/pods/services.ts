import { connect, createServer, type Server, type Socket } from "node:net";
import { until } from "../../until";
import { type Manifest, type Metadata, watch } from "../api";
import type { Cluster } from "../cluster";

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
}

interface Service extends Manifest {
  readonly metadata: Metadata & { readonly namespace: string };
  readonly spec: { readonly clusterIP?: string; readonly ports?: readonly ServicePort[] };
}

interface Slice {
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly conditions?: { readonly ready?: boolean };
  }[];
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[];
}

/** A host by its name, perhaps with what makes a URL of it. */
const HOST = /(:\/\/)?(?<![A-Za-z0-9.-])([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?![A-Za-z0-9.-])/g;

/**
 * Does for TCP what kube-proxy and the cluster's DNS do: the address of a Service answers with one of its pods, and its
 * names in a text become that address. Needs a cluster with `podNetwork`.
 */
export class Services {
  private readonly known = new Map<string, Service>();
  private readonly servers = new Map<string, Server>();
  private readonly sockets = new Set<Socket>();
  private readonly stopped = new AbortController();
  private watching: Promise<void> = Promise.resolve();

  private constructor(private readonly cluster: Cluster) {}

  /** Starts to serve every Service of the cluster, those to come included. */
  static start(cluster: Cluster): Services {
    const services = new Services(cluster);
    services.watching = services.follow();
    cluster.beforeStop(() => services.stop());
    return services;
  }

  /** The variables that a kubelet gives to pods about the Services of their namespace, but for the API's own. */
  variables(namespace: string): Record<string, string> {
    const env: Record<string, string> = {};
    for (const { metadata, spec } of this.known.values()) {
      const [first] = spec.ports ?? [];
      if (metadata.namespace !== namespace || !first || !hasAddress(spec.clusterIP) || metadata.name === "kubernetes")
        continue;
      const prefix = metadata.name.toUpperCase().replaceAll("-", "_");
      env[`${prefix}_SERVICE_HOST`] = spec.clusterIP;
      env[`${prefix}_SERVICE_PORT`] = String(first.port);
      for (const { name, port } of spec.ports ?? [])
        if (name) env[`${prefix}_SERVICE_PORT_${name.toUpperCase().replaceAll("-", "_")}`] = String(port);
    }
    return env;
  }

  /** A text with the names of Services as their addresses: `://name` and, wherever it stands, `name.namespace`. */
  resolve(text: string, namespace: string): string {
    return text.replaceAll(HOST, (whole, scheme: string | undefined, host: string) => {
      const [name = "", of = namespace, ...rest] = host.split(".");
      const address = this.known.get(`${of}/${name}`)?.spec.clusterIP;
      const isName = ["", "svc", "svc.cluster.local"].includes(rest.join(".")) && (scheme || host.includes("."));
      return isName && hasAddress(address) ? `${scheme ?? ""}${address}` : whole;
    });
  }

  /**
   * The address behind `name.namespace`, as the cluster's DNS has it; empty where there is none. Without an address of the Service's
   * own it is a pod's, once that listens at all ports: nodes are simulated, and count a pod as ready before its program is.
   */
  async lookUp(host: string): Promise<string> {
    const [name = "", namespace = ""] = host.split(".");
    const service = this.known.get(`${namespace}/${name}`);
    if (!service) return "";
    if (hasAddress(service.spec.clusterIP)) return service.spec.clusterIP;
    return until(host, 60, async () => {
      const ports = await Promise.all((service.spec.ports ?? []).map((port) => this.endpoint(service, port)));
      const open = await Promise.all(ports.map((at) => at !== undefined && isOpen(at)));
      return open.every(Boolean) && ports[0]?.host;
    });
  }

  /** Ends all that listens and every connection. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await this.watching;
    for (const server of this.servers.values()) server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private async follow(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      try {
        for await (const { type, object } of watch<Service>(
          this.cluster.endpoint,
          "/api/v1/services",
          this.stopped.signal,
        )) {
          if (type === "DELETED") this.forget(object);
          else if (type === "ADDED" || type === "MODIFIED") this.serve(object);
        }
      } catch {
        await new Promise((done) => setTimeout(done, 200)); // then watch again, unless stopped
      }
    }
  }

  private serve(service: Service): void {
    const { clusterIP, ports } = service.spec;
    this.known.set(`${service.metadata.namespace}/${service.metadata.name}`, service);
    if (!hasAddress(clusterIP)) return;
    for (const port of ports ?? []) {
      const key = `${clusterIP}:${port.port}`;
      if (this.servers.has(key) || (port.protocol ?? "TCP") !== "TCP") continue;
      const server = createServer((socket) => void this.forward(socket, service, port));
      server.on("error", (error) => console.log(`kube: ${key} cannot be served: ${error.message}`));
      server.listen(port.port, clusterIP);
      this.servers.set(key, server);
    }
  }

  private forget(service: Service): void {
    this.known.delete(`${service.metadata.namespace}/${service.metadata.name}`);
    for (const { port } of service.spec.ports ?? []) {
      const key = `${service.spec.clusterIP}:${port}`;
      this.servers.get(key)?.close();
      this.servers.delete(key);
    }
  }

  /** Connects a client with a ready pod; where none is, the connection is refused as late as here. */
  private async forward(client: Socket, service: Service, port: ServicePort): Promise<void> {
    this.keep(client);
    const target = await this.endpoint(service, port).catch(() => undefined);
    if (!target || client.destroyed) return void client.resetAndDestroy();
    const server = this.keep(connect(target.port, target.host));
    client.pipe(server).pipe(client);
    server.on("error", () => client.resetAndDestroy());
    client.on("error", () => server.destroy());
    client.on("close", () => server.destroy());
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket);
    socket.on("error", () => socket.destroy());
    return socket.on("close", () => this.sockets.delete(socket));
  }

  private async endpoint(
    { metadata }: Service,
    { name = "" }: ServicePort,
  ): Promise<{ host: string; port: number } | undefined> {
    const label = encodeURIComponent(`kubernetes.io/service-name=${metadata.name}`);
    const path = `/apis/discovery.k8s.io/v1/namespaces/${metadata.namespace}/endpointslices?labelSelector=${label}`;
    const all = (await this.cluster.list<Slice>(path)).flatMap(({ endpoints, ports }) => {
      const port = ports?.find((one) => (one.name ?? "") === name)?.port;
      const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
      return port ? ready.flatMap(({ addresses }) => addresses.map((host) => ({ host, port }))) : [];
    });
    return all[Math.floor(Math.random() * all.length)];
  }
}

function hasAddress(clusterIP: string | undefined): clusterIP is string {
  return clusterIP !== undefined && clusterIP !== "" && clusterIP !== "None";
}

function isOpen({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });
}
