import { CookieJar } from "../../../bin/hub/cookies";
import { exchange, textOf } from "../../../bin/hub/exchange";

/** What a tab shows. */
export interface Page {
  /** Where the redirects led. */
  readonly url: URL;
  readonly status: number;
  readonly text: string;
}

/** A browser with one cookie jar for 127.0.0.1: cookies know hosts and paths, and no ports. */
export class Browser {
  readonly jar = new CookieJar();

  /** Opens an address as if it were typed: redirects are followed. */
  async open(address: string | URL, form?: Readonly<Record<string, string>>): Promise<Page> {
    let url = new URL(address);
    let body = form && String(new URLSearchParams(form));
    for (let turn = 0; turn < 12; turn += 1) {
      const answer = await this.send(url, body === undefined ? "GET" : "POST", {
        "sec-fetch-mode": "navigate",
        "sec-fetch-site": turn === 0 && form === undefined ? "none" : "same-origin",
        ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
        ...(body === undefined ? {} : { body }),
      });
      if (answer.location === undefined) return { url, status: answer.status, text: answer.text };
      url = new URL(answer.location, url);
      body = undefined;
    }
    throw new Error(`redirected without end: ${url}`);
  }

  /** A request of a page's own script, as JupyterLab makes it: the token is the cookie that the script sees. */
  async script(url: URL, method: string, json?: unknown, xsrf = this.jar.value(url, "_xsrf")): Promise<Page> {
    const { status, text } = await this.send(url, method, {
      accept: "application/json",
      "content-type": "application/json",
      "sec-fetch-mode": "cors",
      "sec-fetch-site": "same-origin",
      ...(xsrf === undefined ? {} : { "x-xsrftoken": xsrf }),
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    return { url, status, text };
  }

  /** Fills the login form of a hub; returns the page after it. */
  async signIn(hub: string, user: string, password: string): Promise<Page> {
    const form = await this.open(new URL("hub/login", hub));
    const xsrf = /name="_xsrf"\s+value="([^"]+)"/.exec(form.text)?.[1];
    if (xsrf === undefined) throw new Error(`no login form at ${form.url}: ${form.status}`);
    return this.open(new URL("hub/login?next=", hub), { username: user, password, _xsrf: xsrf });
  }

  private async send(url: URL, method: string, { body, ...headers }: Record<string, string>) {
    const cookie = this.jar.header(url);
    const answer = await exchange(url, {
      method,
      headers: { ...headers, ...(cookie === "" ? {} : { cookie }) },
      signal: AbortSignal.timeout(120_000),
      ...(body === undefined ? {} : { body }),
    });
    this.jar.take(url, answer.headers["set-cookie"] ?? []);
    const moved = (answer.statusCode ?? 0) >= 300 && (answer.statusCode ?? 0) < 400;
    const location = moved ? answer.headers.location : undefined;
    return { status: answer.statusCode ?? 0, location, text: await textOf(answer) };
  }
}
