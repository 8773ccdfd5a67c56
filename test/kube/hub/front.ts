import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { connect, createServer as createTcp, type Socket } from "node:net";
import type { Cluster } from "../cluster";
import type { Pod } from "../pods/pod";

/** What the front needs to know. */
export interface FrontProps {
  readonly namespace: string;
  readonly release: string;
  /** Path of the gateway below the hub's. */
  readonly prefix: string;
  /** Where the gateway's API is: `http://address:port`. */
  readonly api: string;
}

/**
 * Stands for the chart's Traefik, at a pod's address: what is HTTP goes to the gateway's API without the prefix; what is TLS goes
 * to the scheduler that its server name means, which is the way of clients and workers' dashboards to clusters.
 */
export async function startFront(cluster: Cluster, props: FrontProps, address: string): Promise<void> {
  const web = createServer((incoming, answer) => forward(incoming, answer, props));
  const sockets = new Set<Socket>();
  const front = createTcp((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", (first: Buffer) => {
      socket.pause();
      if (first[0] !== 0x16) {
        web.emit("connection", socket);
        socket.unshift(first);
        socket.resume();
      } else void tunnel(cluster, props.namespace, socket, first);
    });
  });
  await new Promise<void>((done, fail) => front.once("error", fail).listen(8000, address, done));
  cluster.beforeStop(async () => {
    front.close();
    for (const socket of sockets) socket.destroy();
  });
}

function forward(incoming: IncomingMessage, answer: ServerResponse, { prefix, api }: FrontProps): void {
  const path = (incoming.url ?? "/").replace(prefix, "") || "/";
  const { method, headers } = incoming;
  const onward = request(`${api}${path}`, { ...(method ? { method } : {}), headers }, (got) => {
    answer.writeHead(got.statusCode ?? 502, got.headers);
    got.pipe(answer);
  });
  onward.on("error", () => answer.writeHead(502).end());
  incoming.pipe(onward);
}

/** The server name of a TLS greeting is `daskgateway-<namespace>.<cluster>`, readable in its bytes. */
async function tunnel(cluster: Cluster, namespace: string, socket: Socket, first: Buffer): Promise<void> {
  const [, id] = /daskgateway-[a-z0-9-]+\.([a-z0-9]+)/.exec(first.toString("latin1")) ?? [];
  const pods = await cluster.list<Pod>(`/api/v1/namespaces/${namespace}/pods`);
  const scheduler = pods.find(
    ({ metadata }) =>
      metadata.labels?.["gateway.dask.org/cluster"] === id &&
      metadata.labels?.["app.kubernetes.io/component"] === "dask-scheduler",
  );
  const { podIP } = scheduler?.status ?? {};
  if (!podIP) {
    socket.destroy();
    return;
  }
  const onward = connect(8786, podIP);
  onward.on("error", () => socket.destroy());
  socket.on("close", () => onward.destroy());
  onward.write(first);
  socket.pipe(onward);
  onward.pipe(socket);
}
