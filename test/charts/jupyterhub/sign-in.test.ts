import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HubClient } from "../../../bin/hub/client";
import { signIn as signInByForm } from "../../../bin/hub/sign-in";
import type { JupyterHubProps } from "../../../charts/jupyterhub/props";
import { jupyterHubValues } from "../../../charts/jupyterhub/values";
import { Browser, type Page } from "../../browser";
import { freePort } from "../../free-ports";
import { OidcIssuer } from "../../oidc-issuer";
import { pythonEnvironment } from "../../python-environment";
import { propsOf } from "./hub-props";

vi.setConfig({ testTimeout: 240_000 });

let folder = "";
let hub: ChildProcess | undefined;
let said = "";
let url = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-sign-in-"));
});

afterEach(async () => {
  if (hub?.exitCode === null && hub.kill("SIGKILL")) await once(hub, "exit");
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the real JupyterHub on the values of a hub, with its sign-in; it needs no cluster for that. */
async function start(change: (props: JupyterHubProps) => Partial<JupyterHubProps>, id = "prod"): Promise<void> {
  url = `http://127.0.0.1:${await freePort()}/`;
  const base = propsOf(id);
  const props = { ...base, hub: { ...base.hub, url }, ...change({ ...base, hub: { ...base.hub, url } }) };
  mkdirSync(join(folder, "pod"));
  for (const name of ["client-secret", "password", "admin-password"])
    writeFileSync(join(folder, "pod", name), `${name} of thirty-two characters\n`);
  writeFileSync(join(folder, "values.json"), JSON.stringify(jupyterHubValues(props)));
  const python = pythonEnvironment("jupyterhub", readFileSync(join(__dirname, "hub.txt"), "utf8"));
  const env = { HUB_TESTS: __dirname, HUB_FOLDER: join(folder, "pod"), HUB_VALUES: join(folder, "values.json") };
  hub = spawn(python, ["-m", "jupyterhub", "-f", join(__dirname, "loopback_hub.py")], {
    cwd: folder,
    env: { ...process.env, ...env, HUB_URL: url, HUB_TOKEN: "token-of-the-test", PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  said = "";
  for (const stream of [hub.stdout, hub.stderr])
    stream?.on("data", (text: Buffer) => {
      said += text;
    });
  const deadline = Date.now() + 60_000;
  while (!(await fetch(`${url}hub/health`).catch(() => undefined))?.ok) {
    if (hub.exitCode !== null || Date.now() > deadline) throw new Error(`the hub does not answer:\n${said}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** What the hub knows of a user; undefined for one that never signed in. */
async function known(name: string): Promise<{ admin: boolean; groups: string[] } | undefined> {
  const headers = { authorization: "token token-of-the-test" };
  const answer = await fetch(`${url}hub/api/users/${encodeURIComponent(name)}`, { headers });
  return answer.ok ? ((await answer.json()) as { admin: boolean; groups: string[] }) : undefined;
}

describe("by the federation's issuer", () => {
  let issuer: OidcIssuer;

  beforeEach(async () => {
    issuer = await OidcIssuer.start();
  });
  afterEach(() => issuer.stop());

  const ofIssuer = (props: JupyterHubProps) => ({
    identity: props.identity && { ...props.identity, kind: "oidc" as const, issuer: issuer.url },
  });

  async function signIn(claims: OidcIssuer["person"]): Promise<Page> {
    issuer.person = claims;
    return await new Browser().go(`${url}hub/oauth_login`);
  }

  test("people come in by their institution, with their groups; others are refused", async () => {
    await start(ofIssuer);
    const alps = "https://idp.alps.example/shibboleth";
    const anna = { idp: alps, eppn: "Anna@alps.example", isMemberOf: ["CO:snow-ml", "CO:other"] };
    await signIn(anna);
    expect(await known("anna@alps.example")).toMatchObject({ admin: true, groups: ["snow-ml"] });
    expect(issuer.asked[0]?.get("client_secret")).toBe("client-secret of thirty-two characters");
    expect(issuer.asked[0]?.get("redirect_uri")).toBe(`${url}hub/oauth_callback`);
    await signIn({ ...anna, eppn: "bo@alps.example", isMemberOf: [] });
    expect(await known("bo@alps.example")).toMatchObject({ admin: false, groups: [] });
    // Whom a group no longer has is no longer in it.
    await signIn({ ...anna, isMemberOf: [] });
    expect(await known("anna@alps.example")).toMatchObject({ groups: [] });
    const evil = await signIn({ ...anna, idp: "https://evil.example" });
    expect([evil.status, evil.text]).toEqual([403, expect.stringContaining("no institution of this federation")]);
    expect((await signIn({ idp: alps })).status).toBe(403);
  });

  test("a hub that allows some users lets in no others of their institution", async () => {
    await start(ofIssuer, "hydrology");
    const idp = "https://idp.alps.example/shibboleth";
    await signIn({ idp, eppn: "anna@alps.example" });
    expect(await known("anna@alps.example")).toBeDefined();
    expect((await signIn({ idp, eppn: "carl@alps.example" })).status).toBe(403);
    expect(await known("carl@alps.example")).toBeUndefined();
  });

  test("an issuer that does not answer as one is told when the hub starts", async () => {
    const gone = (props: JupyterHubProps) => ({
      identity: props.identity && { ...props.identity, kind: "oidc" as const, issuer: "http://127.0.0.1:1" },
    });
    await expect(start(gone)).rejects.toThrow(
      "nobody can sign in: http://127.0.0.1:1/.well-known/openid-configuration",
    );
    const other = (props: JupyterHubProps) => ({
      identity: props.identity && { ...props.identity, kind: "oidc" as const, issuer: `${issuer.url}/other` },
    });
    rmSync(join(folder, "pod"), { recursive: true });
    await expect(start(other)).rejects.toThrow("is of another issuer");
  });
});

test("with a workshop's password anybody is anybody, but no admin in whatever case", async () => {
  await start(() => ({}), "workshop");
  const signIn = async (user: string, password: string): Promise<string> => {
    const client = new HubClient(url, AbortSignal.timeout(60_000));
    return await signInByForm(client, { user, secret: { password } }).then(
      () => "in",
      (error: Error) => error.message,
    );
  };
  expect(await signIn("Ann", "password of thirty-two characters")).toBe("in");
  expect(await known("ann")).toMatchObject({ admin: false });
  expect(await signIn("ann", "wrong")).toContain("does not sign in ann");
  for (const name of ["teacher", "Teacher", "TEACHER"])
    expect(await signIn(name, "password of thirty-two characters")).toContain(`does not sign in ${name}`);
  expect(await signIn("teacher", "admin-password of thirty-two characters")).toBe("in");
  expect(await known("teacher")).toMatchObject({ admin: true });
});
