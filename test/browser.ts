import { CookieJar } from "../bin/hub/cookies";
import { exchange, textOf } from "../bin/hub/exchange";

/** What a browser shows at the end of its way. */
export interface Page {
  readonly status: number;
  readonly text: string;
  readonly url: string;
}

/** A browser: cookies, and a way through redirects. */
export class Browser {
  readonly jar = new CookieJar();

  /** @param form is sent as a filled form to the first address; where it leads is asked for as ever */
  async go(to: string, form?: Readonly<Record<string, string>>): Promise<Page> {
    let at = to;
    let body = form && new URLSearchParams(form);
    for (let i = 0; i < 12; i++) {
      const url = new URL(at);
      // What a browser says of itself: JupyterHub gives its token against forged requests to pages alone.
      const said = { cookie: this.jar.header(url), "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin" };
      const signal = AbortSignal.timeout(30_000);
      const answer = await exchange(
        url,
        body
          ? {
              ...{ method: "POST", body: String(body), signal },
              headers: { ...said, "content-type": "application/x-www-form-urlencoded" },
            }
          : { method: "GET", headers: said, signal },
      );
      body = undefined;
      this.jar.take(url, answer.headers["set-cookie"] ?? []);
      const next = answer.headers.location;
      const text = await textOf(answer);
      if (!next) return { status: answer.statusCode ?? 0, text, url: at };
      at = new URL(next, at).href;
    }
    throw new Error(`${to}: redirects without end`);
  }
}
