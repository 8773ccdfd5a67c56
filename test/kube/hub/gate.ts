import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { until } from "../../until";
import type { Cluster } from "../cluster";

/** Holds programs up that ask at it, until the test lets them through: so a computation lasts for as long as a test needs it. */
export class Gate {
  private readonly held = new Map<string, ServerResponse[]>();
  private opened = false;

  private constructor(readonly url: string) {}

  /** Closed; open at the latest when the cluster ends. */
  static async start(cluster: Cluster): Promise<Gate> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const gate = new Gate(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on("request", ({ url = "" }, answer) => gate.ask(url, answer));
    cluster.beforeStop(async () => {
      server.close();
      server.closeAllConnections();
    });
    return gate;
  }

  /** Waits until so many different askers wait. */
  waiting(count: number): Promise<true> {
    const told = () => `${this.held.size} asked: ${[...this.held.keys()].join(" ")}`;
    return until(`${count} wait at the gate`, 180, () => this.held.size >= count || undefined, told) as Promise<true>;
  }

  /** Lets all through, those to come too. */
  open(): void {
    this.opened = true;
    for (const answer of [...this.held.values()].flat()) answer.end();
    this.held.clear();
  }

  private ask(url: string, answer: ServerResponse): void {
    if (this.opened) answer.end();
    else this.held.set(url, [...(this.held.get(url) ?? []), answer]);
  }
}
