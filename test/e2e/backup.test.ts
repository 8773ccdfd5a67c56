import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HubClient } from "../../bin/hub/client";
import { HubSession } from "../../bin/hub/session";
import { signIn } from "../../bin/hub/sign-in";
import { objects } from "./backup/objects";
import { demoElsewhere, isthmus, isthmusOk, killAllOf, killed, processesOf, secretsOf } from "./demo/federation";
import { askAnew } from "./hpc-site/watch";

// A machine that dies: what people had before, they have after a restore, in its folder or in another.
let folder: string;
let second: string;
let archive: string;
let before: { url: string; passwords: Passwords; secrets: string[]; catalog: string; state: string };
let people: { cookie: string; token: string };

interface Passwords {
  readonly password: string;
  readonly adminPassword: string;
}

const signal = () => AbortSignal.timeout(240_000);
const site = (at: string, ...parts: string[]) => join(at, ".isthmus/demo/east", ...parts);

beforeAll(async () => {
  folder = await demoElsewhere();
  second = mkdtempSync(join(tmpdir(), "isthmus-demo-"));
  isthmusOk(folder, "up", "east");
  const { url, passwords, catalog } = standing(folder);
  before = { url, passwords, secrets: secretsOf(folder).sort(), catalog: await page(catalog), state: stateOf(folder) };
  people = await settle();
});

afterAll(() => {
  for (const at of [folder, second]) {
    isthmus(at, "down", "--yes");
    for (const pid of processesOf(at)) killed(pid);
    if (process.env.KEEP_DEMO === undefined) rmSync(at, { recursive: true, force: true });
  }
});

function standing(at: string): { url: string; passwords: Passwords; catalog: string } {
  const { east } = (
    JSON.parse(isthmusOk(at, "status", "--json", "--show-secrets")) as {
      sites: Record<string, { hub: string; catalog: string; hubs: { prod: { signIn: Passwords } } }>;
    }
  ).sites;
  if (!east) throw new Error("no site east");
  const { password, adminPassword } = east.hubs.prod.signIn;
  return { url: east.hub, catalog: east.catalog, passwords: { password, adminPassword } };
}

const stateOf = (at: string) => readFileSync(join(at, "state/demo/east-prod.tfstate"), "utf8");
const page = async (url: string) => (await askAnew(url)).text();

async function administrator(): Promise<HubClient> {
  const client = new HubClient(before.url, signal());
  await signIn(client, { user: "admin", secret: { password: before.passwords.adminPassword } });
  return client;
}

/** Ada works in a notebook; grace, an administrator, has a token; both have data. */
async function settle(): Promise<{ cookie: string; token: string }> {
  const ada = await HubSession.open(
    before.url,
    { user: "ada", secret: { password: before.passwords.password } },
    signal(),
  );
  await ada.startServer();
  writeFileSync(site(folder, "home/prod/ada/analysis.py"), "print('mine')\n");
  const admin = await administrator();
  await admin.api("hub/api/users/grace", { method: "POST", json: { admin: true } });
  const made = await admin.api("hub/api/users/grace/tokens", { method: "POST", json: { note: "saved in a script" } });
  objects(site(folder), "put", "before");
  return {
    cookie: ada.client.jar.header(ada.client.at("hub/home")),
    token: (made.body as { token: string }).token,
  };
}

test("a backup is taken while people work, stops nothing, and tells what it lacks", async () => {
  const running = processesOf(folder).sort();
  const told = isthmusOk(folder, "backup", "east");
  expect(told).toMatch(
    /in it: secrets of base, prod; databases: prod; engine's state: east-base, east-prod; 6 records of datasets/,
  );
  expect(told).toMatch(
    /homes: \d+ kB of 1 user, not in it\. This site cannot take snapshots: copy .*home, or add --homes/,
  );
  expect(told).toContain("it holds every secret of the site in the clear");
  expect(told).toMatch(/to restore: isthmus restore .*, then isthmus up east/);
  const report = JSON.parse(isthmusOk(folder, "backup", "east", "--homes", "--json")) as { archive: string };
  archive = report.archive;
  expect(archive.startsWith(join(folder, "backups/east-"))).toBe(true);
  expect(statSync(archive).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, "backups")).filter((name) => name.startsWith(".partial"))).toEqual([]);
  expect(readdirSync(site(folder, "run")).filter((name) => name.startsWith(".backup-"))).toEqual([]);
  expect(processesOf(folder).sort()).toEqual(running);
  const admin = await administrator();
  await admin.api("hub/api/users/late", { method: "POST" });
  objects(site(folder), "put", "after");
});

test("while the site runs, a restore is refused, with every reason", () => {
  const { status, stderr } = isthmus(folder, "restore", archive);
  expect(status).toBe(1);
  expect(stderr).toContain("nothing was restored");
  expect(stderr).toContain("programs of the site run: isthmus down east first, which keeps all data");
  expect(stderr).toMatch(/state\/prod is there and differs: --replace puts the backup's in its place/);
});

test("after the machine died, restore and up bring back what was deployed", () => {
  killAllOf(folder);
  for (const name of readdirSync(site(folder)))
    if (name !== "buckets") rmSync(site(folder, name), { recursive: true, force: true });
  rmSync(join(folder, "state"), { recursive: true });
  expect(isthmusOk(folder, "restore", archive)).toContain("then isthmus up east");
  expect(secretsOf(folder).sort()).toEqual(before.secrets);
  expect(stateOf(folder)).toBe(before.state);
  const up = isthmusOk(folder, "up", "east");
  for (const stack of ["east-base", "east-prod"]) expect(up).toMatch(new RegExp(`${stack} +unchanged`));
  for (const part of ["base", "prod"])
    expect(up).toMatch(new RegExp(`east +${part} is recorded as applied and not there`));
  const again = isthmusOk(folder, "up", "east");
  expect(again).toContain("all programs are up");
  expect(again).not.toContain("installing");
});

test("people notice nothing: sign-in, tokens, rights, keys, catalog, homes", () => asBefore(folder));

async function asBefore(at: string): Promise<void> {
  const { url, passwords, catalog } = standing(at);
  expect({ url, passwords }).toEqual({ url: before.url, passwords: before.passwords });
  const home = await askAnew(`${url}hub/home`, { headers: { cookie: people.cookie }, redirect: "manual" });
  expect(home.status).toBe(200);
  expect(await home.text()).toContain("ada");
  const grace = new HubClient(url, signal());
  grace.token = people.token;
  expect((await grace.api("hub/api/user")).body).toMatchObject({ name: "grace", admin: true });
  const users = (await (await administrator()).api("hub/api/users")).body as { name: string; admin: boolean }[];
  expect(users.map((u) => `${u.name} ${u.admin}`).sort()).toEqual(["ada false", "admin true", "grace true"]);
  expect(await page(catalog)).toBe(before.catalog);
  expect(readFileSync(site(at, "home/prod/ada/analysis.py"), "utf8")).toBe("print('mine')\n");
}

test("scripts go on with their keys, on all that the buckets hold, and servers start", async () => {
  for (const name of ["before", "after"]) expect(objects(site(folder), "get", name)).toBe(name);
  const ada = await HubSession.open(
    before.url,
    { user: "ada", secret: { password: before.passwords.password } },
    signal(),
  );
  await ada.startServer();
  await ada.close();
});

test("in another folder too, and nothing of it leads back to the first", async () => {
  isthmusOk(folder, "down", "--yes");
  for (const name of ["federation.yaml", "sites", "catalog", "cdktf.json"])
    cpSync(join(folder, name), join(second, name), { recursive: true });
  rmSync(site(folder), { recursive: true });
  isthmusOk(second, "restore", archive);
  expect(isthmusOk(second, "up", "east")).toMatch(/east-prod +unchanged/);
  await asBefore(second);
  expect(existsSync(site(folder))).toBe(false);
  isthmusOk(second, "down", "--yes");
  expect(processesOf(second)).toEqual([]);
});
