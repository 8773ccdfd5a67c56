import { HubClient, messageOf } from "../../../bin/hub/client";
import { exchange } from "../../../bin/hub/exchange";
import type { Claims, Issuer } from "./issuer";

/** Comes by TLS to what ends it before the hub: the ingress says so, and cookies for TLS only go along. */
class ByTls extends HubClient {
  override identity(url: URL): Record<string, string> {
    return { ...super.identity(secure(url)), "x-forwarded-proto": "https" };
  }
}

function secure(url: URL): URL {
  return new URL(url.href.replace(/^http:/, "https:"));
}

/** How a hub knows a person's browser: by its cookies. */
export class Browser {
  readonly signal = AbortSignal.timeout(1_800_000);
  readonly client: HubClient;

  constructor(url: string) {
    this.client = new ByTls(url, this.signal);
  }

  /** Posts a form with the mark that the page before it left. */
  async post(path: string, fields: Readonly<Record<string, string>>) {
    await this.client.request(path);
    const xsrf = this.client.jar.value(secure(this.client.at(path)), "_xsrf") ?? "";
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const body = String(new URLSearchParams({ ...fields, _xsrf: xsrf }));
    return this.client.request(path, { method: "POST", headers, body });
  }

  /** Where a page sends the browser. */
  async sentTo(path: string): Promise<URL> {
    const url = this.client.at(path);
    const answer = await exchange(url, { headers: this.client.identity(url), signal: this.signal });
    this.client.jar.take(url, answer.headers["set-cookie"] ?? []);
    answer.resume();
    return new URL(answer.headers.location ?? "nowhere:", url);
  }
}

/** Signs in by the hub's own form. @throws Error where the hub refuses */
export async function throughForm(url: string, username: string, password: string): Promise<Browser> {
  const browser = new Browser(url);
  const { status } = await browser.post("hub/login", { username, password });
  if (status !== 302) throw new Error(`${username} is not let in: ${status}`);
  return browser;
}

/** Signs in by the federation's issuer. @throws Error where the hub refuses */
export async function throughIssuer(url: string, issuer: Issuer, claims: Claims): Promise<Browser> {
  const browser = new Browser(url);
  const back = issuer.vouch(await browser.sentTo("hub/oauth_login"), claims);
  const { status, text } = await browser.client.request(`hub/oauth_callback?${back}`);
  if (status !== 302) throw new Error(`the hub lets nobody in: ${status} ${messageOf(text)}`);
  return browser;
}
