import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Cluster } from "../cluster";

/** What an issuer says of a person. */
export type Claims = Readonly<Record<string, unknown>>;

/** Stands for CILogon on loopback: gives codes for people, tokens for codes, and claims for tokens. */
export class Issuer {
  private readonly people = new Map<string, Claims>();

  private constructor(readonly url: string) {}

  /** Answers until the cluster ends. */
  static async start(cluster: Cluster): Promise<Issuer> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const issuer = new Issuer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on("request", async (incoming, answer) => {
      const parts: Buffer[] = [];
      for await (const part of incoming) parts.push(part as Buffer);
      const said = issuer.answer(incoming.url ?? "", Buffer.concat(parts).toString(), incoming.headers.authorization);
      answer.writeHead(said ? 200 : 401, { "content-type": "application/json" }).end(JSON.stringify(said ?? {}));
    });
    cluster.beforeStop(async () => {
      server.close();
      server.closeAllConnections();
    });
    return issuer;
  }

  /**
   * A person who was sent here signs in.
   *
   * @param sent where the hub sent its user's browser
   * @returns what the browser brings back to the hub
   */
  vouch(sent: URL, claims: Claims): URLSearchParams {
    if (!sent.href.startsWith(`${this.url}/authorize?`)) throw new Error(`${sent} is not this issuer's`);
    const code = randomUUID();
    this.people.set(code, claims);
    return new URLSearchParams({ code, state: sent.searchParams.get("state") ?? "" });
  }

  private answer(path: string, body: string, authorization: string | undefined): object | undefined {
    if (path.startsWith("/oauth2/token")) return this.token(new URLSearchParams(body).get("code") ?? "");
    if (path.startsWith("/oauth2/userinfo")) return this.people.get((authorization ?? "").replace(/^Bearer /i, ""));
    return undefined;
  }

  /** For a code of ours; the code is gone then. */
  private token(code: string): object | undefined {
    const claims = this.people.get(code);
    if (!claims) return undefined;
    this.people.delete(code);
    const token = randomUUID();
    this.people.set(token, claims);
    return { access_token: token, token_type: "Bearer" };
  }
}
