import { Failure } from "../failure";
import { CookieJar } from "./cookies";
import { exchange, textOf } from "./exchange";

/** How long (ms) one request may take. */
const requestDeadline = 30_000;

/** One person's way to one hub: cookies, token, deadlines. */
export class HubClient {
  /** The hub's base, with a slash at the end: `http://127.0.0.1:8610/east-8610/prod/`. */
  readonly base: URL;
  readonly jar = new CookieJar();
  /** An API token; without one, cookies say who asks. */
  token: string | undefined;

  /** @param signal ends every request when it is aborted */
  constructor(
    url: string,
    readonly signal: AbortSignal,
  ) {
    this.base = new URL(url.endsWith("/") ? url : `${url}/`);
  }

  /** An address below the hub's base: `hub/api/user`. */
  at(path: string): URL {
    return new URL(path, this.base);
  }

  /** What proves who asks. */
  identity(url: URL): Record<string, string> {
    if (this.token !== undefined) return { authorization: `token ${this.token}` };
    const cookie = this.jar.header(url);
    const xsrf = this.jar.value(url, "_xsrf");
    return { ...(cookie === "" ? {} : { cookie }), ...(xsrf === undefined ? {} : { "x-xsrftoken": xsrf }) };
  }

  /**
   * One request; redirects are not followed, so that cookies of every answer are seen.
   * @throws Failure when nothing answers within 30 s; the signal's reason when it is aborted
   */
  async request(path: string, { headers = {}, method = "GET", body, signal = this.signal }: Wish = {}): Promise<Text> {
    const url = this.at(path);
    const deadline = AbortSignal.timeout(requestDeadline);
    const either = AbortSignal.any([signal, deadline]);
    const all = { ...this.identity(url), ...headers };
    try {
      const answer = await exchange(url, {
        method,
        headers: all,
        signal: either,
        ...(body === undefined ? {} : { body }),
      });
      this.jar.take(url, answer.headers["set-cookie"] ?? []);
      return { status: answer.statusCode ?? 0, text: await textOf(answer) };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (deadline.aborted) throw new Failure(`${url.origin} did not answer within ${requestDeadline / 1000} s`);
      throw new Failure(`${url.origin} does not answer: ${causeOf(error)}`);
    }
  }

  /**
   * A request to an API that answers JSON.
   * @throws Failure with the server's own message for any status but 2xx and those in `allowed`
   */
  async api(path: string, { json, allowed = [], method = "GET", signal = this.signal }: ApiWish = {}): Promise<Answer> {
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    const headers = {
      accept: "application/json",
      ...(json === undefined ? {} : { "content-type": "application/json" }),
    };
    const { status, text } = await this.request(path, { method, signal, headers, ...body });
    if ((status < 200 || status > 299) && !allowed.includes(status)) {
      const what = `${method} ${this.at(path).pathname}`;
      throw new Failure(`${this.base.origin} refuses ${what}: ${status} ${messageOf(text)}`.trimEnd());
    }
    return { status, body: parsed(text) };
  }
}

interface Wish {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Instead of the client's own, to clean up after an interrupt. */
  readonly signal?: AbortSignal;
}

interface ApiWish extends Pick<Wish, "method" | "signal"> {
  /** Sent as the body. */
  readonly json?: unknown;
  /** Statuses beside 2xx that are answers, not failures. */
  readonly allowed?: readonly number[];
}

interface Text {
  readonly status: number;
  readonly text: string;
}

/** An API's answer; `body` is undefined where it is empty or no JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JupyterHub and Jupyter Server say `{"message": …}`; their error pages and proxies have a heading. */
export function messageOf(text: string): string {
  const body = parsed(text) as { message?: unknown } | undefined;
  if (typeof body?.message === "string") return body.message;
  const heading = /<h1[^>]*>([\s\S]*?)<\/h1>/i.exec(text)?.[1] ?? text;
  return heading
    .replaceAll(/<[^>]*>|\s+/g, " ")
    .trim()
    .slice(0, 200);
}

function causeOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}
