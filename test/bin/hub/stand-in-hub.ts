import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

export interface ExecuteRequest {
  readonly header: { readonly msg_id: string };
  readonly content: { readonly code: string };
}

/** What goes wrong, of what a real hub cannot be made to do quickly. */
export interface Trouble {
  /** Answer to the login form; 302 lets in. */
  readonly login?: number;
  /** What the hub says of the starting server; a server that is ready says `{"ready": true}`. */
  readonly progress?: readonly object[];
  /** Answer to a wish for a server, instead of 202. */
  readonly refusal?: { status: number; message: string };
  /** Answers to DELETE of the server before it obeys. */
  readonly stubborn?: readonly number[];
  /** What the kernel does with code; without it, nothing ever comes back. */
  readonly onExecute?: (socket: WebSocket, message: ExecuteRequest) => void;
}

/** Speaks as much of JupyterHub, Jupyter Server and the kernel's protocol as one session needs, and remembers what was asked. */
export class StandInHub {
  readonly asked: string[] = [];
  private running = false;
  private interrupt = () => {};
  private readonly stubborn: number[];

  private constructor(
    private readonly server: Server,
    private readonly trouble: Trouble,
  ) {
    this.stubborn = [...(trouble.stubborn ?? [])];
  }

  static async start(trouble: Trouble = {}): Promise<StandInHub> {
    const server = createServer();
    const hub = new StandInHub(server, trouble);
    server.on("request", (request, response) => hub.answer(request, response));
    const sockets = new WebSocketServer({ server });
    sockets.on("connection", (socket) =>
      socket.on("message", (data) => {
        const message = JSON.parse(String(data)) as ExecuteRequest;
        hub.interrupt = () => runWell(socket, message);
        trouble.onExecute?.(socket, message);
      }),
    );
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/base/`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? "").replace("/base/", "");
    const asked = `${request.method} ${path}`;
    this.asked.push(asked);
    const json = (status: number, body: object = {}) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (asked === "GET hub/login") response.writeHead(200, { "set-cookie": "_xsrf=x; Path=/base/hub/" }).end("<form>");
    else if (asked === "POST hub/login") json(this.trouble.login ?? 302);
    else if (asked === "GET hub/api/user") json(200, { name: "ann" });
    else if (asked.endsWith("/tokens")) json(201, { token: "t", id: "a1" });
    else if (asked === "GET hub/api/users/ann") json(200, { servers: this.servers() });
    else if (asked.endsWith("/server/progress")) this.tellProgress(response);
    else if (asked.endsWith("/server")) this.changeServer(request.method, json);
    else if (asked === "POST user/ann/api/kernels") json(201, { id: "k1" });
    else {
      if (asked.endsWith("/interrupt")) this.interrupt();
      json(204);
    }
  }

  private servers(): object {
    const url = "/base/user/ann/";
    return this.running ? { "": { ready: this.trouble.progress === undefined, pending: "spawn", url } } : {};
  }

  private tellProgress(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const event of this.trouble.progress ?? [{ ready: true }])
      response.write(`data: ${JSON.stringify(event)}\n\n`);
    response.end();
  }

  private changeServer(method: string | undefined, json: (status: number, body?: object) => void): void {
    const { refusal } = this.trouble;
    const trouble = method === "DELETE" ? this.stubborn.shift() : undefined;
    if (method === "POST" && refusal) json(refusal.status, refusal);
    else if (trouble !== undefined) json(trouble);
    else {
      this.running = method === "POST";
      json(method === "POST" ? 202 : 204);
    }
  }
}

/** What a kernel says of code that ran well. */
export function runWell(socket: WebSocket, { header }: ExecuteRequest): void {
  const tell = (msg_type: string, content: object) =>
    socket.send(JSON.stringify({ parent_header: header, header: { msg_type }, content }));
  tell("execute_reply", { status: "ok" });
  tell("status", { execution_state: "idle" });
}
