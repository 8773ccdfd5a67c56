import { Failure } from "../failure";
import type { Account } from "./account";
import { type HubClient, messageOf } from "./client";

/** How long (s) the token of a session lives at most, should nobody take it back. */
const tokenLife = 12 * 3600;

/** How long (ms) signing out may take. */
const signOutDeadline = 10_000;

/**
 * Proves who acts and leaves the client with an API token: a password goes through the hub's login form, as in a browser,
 * and makes a token that ends with the session.
 * @throws Failure when the account is refused
 */
export async function signIn(
  client: HubClient,
  { user, secret }: Account,
): Promise<{ user: string; tokenId: string | undefined }> {
  if ("token" in secret) {
    client.token = secret.token;
    const answer = await client.api("hub/api/user", { allowed: [401, 403] });
    if (answer.status !== 200) throw new Failure(`${client.base.href} does not accept the API token`);
    return { user: nameOf(answer.body), tokenId: undefined };
  }
  await fillLoginForm(client, user, secret.password);
  const name = nameOf((await client.api("hub/api/user")).body);
  const note = { note: "isthmus, for one session", expires_in: tokenLife };
  const made = (await client.api(`hub/api/users/${encodeURIComponent(name)}/tokens`, { method: "POST", json: note }))
    .body as { token: string; id: string };
  client.token = made.token;
  return { user: name, tokenId: made.id };
}

function nameOf(body: unknown): string {
  return (body as { name: string }).name;
}

async function fillLoginForm(client: HubClient, user: string, password: string): Promise<void> {
  const page = await client.request("hub/login");
  const xsrf = client.jar.value(client.at("hub/login"), "_xsrf");
  if (page.status !== 200 || xsrf === undefined)
    throw new Failure(`${client.base.href} shows no login form (status ${page.status}): is this the hub's address?`);
  const form = new URLSearchParams({ username: user, password, _xsrf: xsrf });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await client.request("hub/login", { method: "POST", headers, body: String(form) });
  if (answer.status === 302) return;
  const refused = answer.status === 403 || answer.status === 401;
  const reason = refused ? "the password is wrong or the user is not allowed" : messageOf(answer.text);
  throw new Failure(`${client.base.href} does not sign in ${user}: ${answer.status}, ${reason}`);
}

/** Takes the session's token back; a hub that is gone by then has its own end for it. */
export async function signOut(client: HubClient, user: string, tokenId: string): Promise<void> {
  const path = `hub/api/users/${encodeURIComponent(user)}/tokens/${tokenId}`;
  await client.request(path, { method: "DELETE", signal: AbortSignal.timeout(signOutDeadline) }).catch(() => {});
  client.token = undefined;
}
