import { randomUUID } from "node:crypto";
import WebSocket from "ws";
import { Failure } from "../failure";
import type { HubClient } from "./client";
import { Execution, type Outcome, type Output } from "./execution";

/** How long (ms) a kernel may take to open. */
const openDeadline = 60_000;

/** How long (ms) an interrupted program may take to clean up after itself. */
const interruptDeadline = 20_000;

/** How long (ms) shutting a kernel down may take. */
const shutdownDeadline = 15_000;

/** Version of Jupyter's message protocol that is spoken here. */
const protocol = "5.4";

/** How a piece of code is run. */
export interface RunWish {
  /** Milliseconds; then the code is interrupted. */
  readonly deadline: number;
  /** Gets what the code prints, as it comes. */
  readonly onOutput?: (output: Output) => void;
  /** Gets each result that the code shows, as it comes. */
  readonly onResult?: (result: unknown) => void;
}

/** A kernel of a running server, with its WebSocket. */
export class Kernel {
  private current: Execution | undefined;
  private readonly session = randomUUID();

  private constructor(
    private readonly client: HubClient,
    /** `/east/prod/user/ann/api/kernels/ID` */
    readonly path: string,
    private readonly socket: WebSocket,
  ) {
    socket.on("message", (data, binary) => {
      // Binary messages carry widgets' buffers, which nobody here shows.
      if (!binary) this.current?.take(String(data));
    });
    socket.on("error", () => {});
    socket.on("close", (code) => this.current?.lose(`the connection to the kernel was closed (${code})`));
  }

  /**
   * Starts a Python kernel on a server and connects to it.
   * @param server the server's path with a slash at the end
   */
  static async open(client: HubClient, server: string): Promise<Kernel> {
    const body = (await client.api(`${server}api/kernels`, { method: "POST", json: { name: "python3" } })).body;
    const path = `${server}api/kernels/${(body as { id: string }).id}`;
    try {
      return await Kernel.at(client, path);
    } catch (error) {
      await remove(client, path).catch(() => {});
      throw error;
    }
  }

  /** Connects to a kernel that runs, by its `path`, as a notebook does whose connection was cut. */
  static async at(client: HubClient, path: string): Promise<Kernel> {
    return new Kernel(client, path, await connect(client, path));
  }

  /**
   * Runs code and waits for its end. On the client's signal or the deadline the code is interrupted, and given a few
   * seconds to clean up (to close its cluster).
   * @throws Failure when the kernel dies or the deadline passes; the signal's reason when it is aborted
   */
  async run(code: string, { deadline, onOutput = () => {}, onResult = () => {} }: RunWish): Promise<Outcome> {
    const id = randomUUID();
    const execution = new Execution(id, onOutput, onResult);
    this.current = execution;
    const limit = AbortSignal.timeout(deadline);
    const stop = AbortSignal.any([this.client.signal, limit]);
    try {
      if (this.socket.readyState !== WebSocket.OPEN) execution.lose("the connection to the kernel is closed");
      else this.socket.send(JSON.stringify(executeRequest(id, this.session, code)));
      const outcome = await execution.until(stop);
      if (outcome) return outcome;
      await this.interrupt();
      await execution.until(AbortSignal.timeout(interruptDeadline)).catch(() => {});
      if (this.client.signal.aborted) throw this.client.signal.reason;
      throw new Failure(`the program did not end within ${Math.round(deadline / 1000)} s and was interrupted`);
    } finally {
      this.current = undefined;
    }
  }

  private async interrupt(): Promise<void> {
    const signal = AbortSignal.timeout(shutdownDeadline);
    await this.client.api(`${this.path}/interrupt`, { method: "POST", signal }).catch(() => {});
  }

  /** Ends the kernel; works after an interrupt too. */
  async close(): Promise<void> {
    this.socket.terminate();
    await remove(this.client, this.path);
  }
}

function remove(client: HubClient, path: string) {
  return client.api(path, { method: "DELETE", allowed: [404], signal: AbortSignal.timeout(shutdownDeadline) });
}

function connect(client: HubClient, path: string): Promise<WebSocket> {
  const url = client.at(`${path}/channels`);
  const headers = client.identity(url);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url, { headers, handshakeTimeout: openDeadline, maxPayload: 256 * 1024 * 1024 });
  return new Promise((resolve, reject) => {
    const give = (error: unknown) => {
      socket.terminate();
      reject(error);
    };
    const aborted = () => give(client.signal.reason);
    client.signal.addEventListener("abort", aborted, { once: true });
    socket.once("open", () => {
      client.signal.removeEventListener("abort", aborted);
      resolve(socket);
    });
    socket.once("error", (error) => {
      client.signal.removeEventListener("abort", aborted);
      give(new Failure(`the kernel's WebSocket at ${url.host} does not open: ${error.message}`));
    });
  });
}

function executeRequest(id: string, session: string, code: string) {
  return {
    channel: "shell",
    header: {
      msg_id: id,
      session,
      username: "",
      date: new Date().toISOString(),
      msg_type: "execute_request",
      version: protocol,
    },
    parent_header: {},
    metadata: {},
    content: {
      code,
      silent: false,
      store_history: false,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    },
  };
}
