import { runProgram } from "../../../bin/hub/program";
import { serverEvents } from "../../../bin/hub/server-events";
import { HubSession } from "../../../bin/hub/session";
import { until } from "../../until";
import { type Browser, throughForm, throughIssuer } from "./browser";
import type { Claims, Issuer } from "./issuer";

/** A person at a hub: signs in as in a browser, chooses in the spawn form, runs programs in the notebook server. */
export class User {
  private constructor(
    readonly name: string,
    private readonly browser: Browser,
    private readonly session: HubSession,
  ) {}

  /** By the hub's own form. @throws Failure where the hub refuses */
  static async signIn(url: string, name: string, password: string): Promise<User> {
    return User.of(url, await throughForm(url, name, password));
  }

  /** By the federation's issuer. @throws Error where the hub refuses */
  static async vouchedFor(url: string, issuer: Issuer, claims: Claims): Promise<User> {
    return User.of(url, await throughIssuer(url, issuer, claims));
  }

  private static async of(url: string, browser: Browser): Promise<User> {
    const { name } = (await browser.client.api("hub/api/user")).body as { name: string };
    const token = await tokenOf(browser, name);
    return new User(name, browser, await HubSession.open(`${url}/`, { user: name, secret: { token } }, browser.signal));
  }

  /** A token of the user's; without scopes it may all that the user may. */
  token(scopes?: readonly string[]): Promise<string> {
    return tokenOf(this.browser, this.name, scopes);
  }

  /**
   * Posts the spawn form, as the browser does or as somebody forged it, and waits for what comes of it.
   *
   * @returns nothing where a server is ready, else what the hub says against it
   */
  async spawn(profile: string, choices: Readonly<Record<string, string>> = {}): Promise<string | undefined> {
    const chosen = Object.entries(choices).map(([option, choice]) => [`profile-option-${profile}--${option}`, choice]);
    const form = { profile, ...Object.fromEntries(chosen) };
    const { status, text } = await this.browser.post(`hub/spawn/${encodeURIComponent(this.name)}`, form);
    if (status !== 302) return wordsOf(status, text);
    const { refusal } = await until(`the server of ${this.name}`, 300, () => this.started());
    if (refusal === undefined) await this.session.startServer(); // takes the one that is there
    return refusal;
  }

  /** What came of a start; nothing while it lasts. A start may fail before anybody asks, and only its page tells then. */
  private async started(): Promise<{ readonly refusal?: string } | undefined> {
    for await (const { failed, message, ready } of serverEvents(this.session.client, this.name, this.browser.signal)) {
      if (failed) return { refusal: message ?? "the hub does not say why" };
      if (ready) return {};
    }
    const { status, text } = await this.page(`hub/spawn-pending/${encodeURIComponent(this.name)}`);
    return status >= 400 ? { refusal: wordsOf(status, text) } : undefined;
  }

  /** Stops the server. */
  async stop(): Promise<void> {
    await this.request(`hub/api/users/${encodeURIComponent(this.name)}/server`, "DELETE");
  }

  /** Whether the hub has a server of the user. */
  async hasServer(): Promise<boolean> {
    const { body } = await this.session.client.api(`hub/api/users/${encodeURIComponent(this.name)}`);
    return Object.keys((body as { servers?: object }).servers ?? {}).length > 0;
  }

  /** Path of the ready server. */
  get server(): string {
    return this.session.server;
  }

  /** A page of the hub as the browser has it. */
  page(path: string) {
    return this.browser.client.request(path);
  }

  /** A page of the hub or of the user's server, with a token that may all. */
  request(path: string, method = "GET") {
    return this.session.client.request(path, { method });
  }

  /** Runs Python in a kernel of the server; what it prints. @throws Error where it fails */
  async python(source: string): Promise<string> {
    let printed = "";
    const program = { source, file: "test.py", arguments: [], environment: {} };
    const onOutput = ({ text }: { readonly text: string }) => {
      printed += text;
    };
    const { exitCode, error } = await runProgram(this.session, program, { deadline: 600_000, onOutput });
    if (exitCode !== 0) throw new Error(`the program ended with ${exitCode}:\n${printed}${error?.traceback ?? ""}`);
    return printed;
  }
}

/** What a person reads on a page of the hub. */
function wordsOf(status: number, page: string): string {
  const text = page.replaceAll(/<(script|style).*?<\/\1>|<[^>]*>|\s+/gs, " ").replaceAll("&#39;", "'");
  return `${status} ${text}`;
}

async function tokenOf({ client }: Browser, name: string, scopes?: readonly string[]): Promise<string> {
  const json = { note: "a test's", expires_in: 3600, ...(scopes ? { scopes } : {}) };
  const path = `hub/api/users/${encodeURIComponent(name)}/tokens`;
  return ((await client.api(path, { method: "POST", json })).body as { token: string }).token;
}
