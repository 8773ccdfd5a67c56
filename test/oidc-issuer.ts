import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** An OpenID Connect issuer on loopback that vouches for one person at a time, without asking. */
export class OidcIssuer {
  /** What it says of whoever comes. */
  person: Readonly<Record<string, unknown>> = {};
  /** What clients sent for tokens. */
  readonly asked: URLSearchParams[] = [];
  private readonly server = createServer((request, response) => {
    void this.answer(request).then(({ to, body }) => {
      if (to === undefined) response.setHeader("content-type", "application/json").end(JSON.stringify(body));
      else response.writeHead(302, { location: to }).end();
    });
  });

  private constructor() {}

  static async start(): Promise<OidcIssuer> {
    const issuer = new OidcIssuer();
    await once(issuer.server.listen(0, "127.0.0.1"), "listening");
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage): Promise<{ to?: string; body?: unknown }> {
    const at = new URL(request.url ?? "", this.url);
    switch (at.pathname) {
      case "/authorize": {
        const back = new URL(at.searchParams.get("redirect_uri") ?? "");
        back.searchParams.set("code", "c");
        back.searchParams.set("state", at.searchParams.get("state") ?? "");
        return { to: back.href };
      }
      case "/token":
        this.asked.push(new URLSearchParams(await bodyOf(request)));
        return { body: { access_token: "a", token_type: "Bearer" } };
      case "/userinfo":
        return { body: this.person };
      default: {
        const places = { authorization: "authorize", token: "token", userinfo: "userinfo" };
        const endpoints = Object.entries(places).map(([key, path]) => [`${key}_endpoint`, `${this.url}/${path}`]);
        return { body: { issuer: this.url, ...Object.fromEntries(endpoints) } };
      }
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}
