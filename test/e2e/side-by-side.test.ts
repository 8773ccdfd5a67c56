import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Kernel } from "../../bin/hub/kernel";
import { HubSession } from "../../bin/hub/session";
import { until } from "../until";
import { demoElsewhere, isthmus, isthmusOk, killAllOf, killed, processesOf } from "./demo/federation";
import { askAnew } from "./hpc-site/watch";
import { Browser } from "./side-by-side/browser";
import { hubOf, isthmusMeanwhile, keptOf, lives, programLives, siteOf } from "./side-by-side/west";

let one: string;
let other: string;
let third: string;
const browser = new Browser();
let session: HubSession;
let kernel: Kernel;

beforeAll(async () => {
  one = await demoElsewhere();
  other = await demoElsewhere();
  third = await demoElsewhere();
  const runs = await Promise.all([one, other].map((folder) => isthmusMeanwhile(folder, "up")));
  for (const { status, stdout, stderr } of runs) expect(status, stdout + stderr).toBe(0);
});

afterAll(async () => {
  await session?.close().catch(() => {});
  for (const folder of [one, other, third]) {
    isthmus(folder, "down", "--yes");
    killAllOf(folder);
    if (process.env.KEEP_DEMO === undefined) rmSync(folder, { recursive: true, force: true });
  }
});

const statusOf = (url: string) =>
  askAnew(url).then(
    (r) => r.status,
    () => 0,
  );

/** What a hub's home says of who is signed in. */
async function signedIn(hub: string): Promise<string | undefined> {
  const page = await browser.open(new URL("hub/home", hub));
  return page.url.pathname.endsWith("/hub/home") ? /"?user"?:\s*"(\w+)"/.exec(page.text)?.[1] : undefined;
}

/** Starts a server by the hub's form and waits for its Lab. */
async function openLab(hub: string): Promise<void> {
  const form = await browser.open(new URL("hub/spawn", hub));
  const xsrf = /_xsrf=([^"&]+)/.exec(form.text)?.[1] ?? browser.jar.value(form.url, "_xsrf") ?? "";
  const address = new URL(`hub/spawn?_xsrf=${xsrf}`, hub);
  await browser.open(address, { profile: "small", _xsrf: xsrf });
  await until("the Lab shows", 300, async () => {
    const page = await browser.open(new URL("user/ada/lab", hub));
    return page.text.includes("jupyter-config-data") ? true : undefined;
  });
}

const save = (hub: string, content: string) =>
  browser.script(new URL("user/ada/api/contents/note.txt", hub), "PUT", { type: "file", format: "text", content });

/** A value of the kernel's, as JSON. */
async function ask(expression: string): Promise<unknown> {
  const show = `from IPython.display import display\ndisplay({"application/vnd.isthmus+json": ${expression}}, raw=True)`;
  const { result, error } = await kernel.run(show, { deadline: 300_000 });
  expect(error).toBeUndefined();
  return result;
}

test("each serves its own data under the same names", async () => {
  for (const folder of [one, other]) {
    const key = join(folder, ".isthmus/demo/east/buckets/demo-east-library/hadcm3/a1b/zarr.json");
    mkdirSync(dirname(key), { recursive: true });
    writeFileSync(key, JSON.stringify({ from: folder }));
  }
  for (const folder of [one, other]) {
    const { url } = siteOf(folder, "east");
    expect(await (await askAnew(`${url}/zarr/hadcm3-a1b.zarr/zarr.json`)).json()).toEqual({ from: folder });
    expect(await (await askAnew(`${url}/stac/catalog.json`)).text()).toContain(url);
  }
});

test("one browser stays signed in at both hubs of one name, and saves from the Lab of each", async () => {
  const hubs = [one, other].map((folder) => hubOf(folder, "prod"));
  for (const { url, password } of hubs) await browser.signIn(url, "ada", password);
  for (const { url } of [...hubs, ...hubs]) expect(await signedIn(url)).toBe("ada");
  for (const { url } of hubs) await openLab(url);
  for (const [i, { url }] of [...hubs, ...hubs].entries())
    expect((await save(url, `${i}`)).status, `${i}`).toBeLessThan(300);
  for (const [i, folder] of [one, other].entries())
    expect(readFileSync(join(folder, ".isthmus/demo/west/home/prod/ada/note.txt"), "utf8")).toBe(String(i + 2));
});

test("ports of other programs, of base and hub, are told in one message with pid, user and what to do", async () => {
  const { listen, hubs } = siteOf(third, "west");
  const hubPort = hubs[0]?.ports.hub ?? 0;
  const servers = await Promise.all([listen.port, hubPort].map(listening));
  const { status, stderr } = isthmus(third, "up");
  for (const server of servers) server.close();
  expect(status).toBe(3);
  expect(stderr).toContain("nothing was changed, since ports are taken");
  expect(stderr).toContain(
    `west: ports ${listen.port} (nginx), ${hubPort} (prod-hub) are taken by process ${process.pid}`,
  );
  expect(stderr).toContain(`of user ${userInfo().username}`);
  expect(stderr).toContain(
    `end it (kill ${process.pid}), or choose other ports (\`listen.port\` and \`hubs.prod.ports\`)`,
  );
  expect(existsSync(join(third, ".isthmus"))).toBe(false);
});

function listening(port: number): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail).listen(port, "127.0.0.1", () => done(server));
  });
}

test("a copy on the same ports is told whose they are, and the first is untouched", () => {
  for (const name of readdirSync(join(one, "sites")))
    writeFileSync(join(third, "sites", name), readFileSync(join(one, "sites", name)));
  const before = lives(one);
  const { status, stderr } = isthmus(third, "up");
  expect(status).toBe(3);
  for (const site of ["east", "west"]) {
    expect(stderr).toContain(`${site}: ports ${siteOf(one, site as "east").listen.port} (nginx), `);
    expect(stderr).toContain(
      `taken by site demo/${site} in ${one}: take that down first (cd ${one} && isthmus down ${site})`,
    );
  }
  expect(lives(one)).toEqual(before);
  expect(existsSync(join(third, ".isthmus"))).toBe(false);
});

test("a federation with another id since is recognized as one's own, with the way to take it down", () => {
  const file = join(other, "federation.yaml");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace("federation: demo", "federation: later"));
  const before = lives(other);
  const { status, stderr } = isthmus(other, "up");
  writeFileSync(file, text);
  expect(status).toBe(3);
  expect(stderr).toContain(`site demo/west in ${other}: take that down first (isthmus down --federation demo west)`);
  expect(lives(other)).toEqual(before);
});

test("a port that a crashed run of the site itself still has is healed", async () => {
  const root = join(other, ".isthmus/demo/east");
  killed(Number(readFileSync(join(root, "run/supervisord.pid"), "utf8")));
  for (const name of readdirSync(join(root, "run"))) if (name.endsWith(".pgid")) rmSync(join(root, "run", name));
  const run = isthmus(other, "up");
  expect(run.status, run.stdout + run.stderr).toBe(0);
  expect(run.stdout).toContain("left over by a run that crashed");
  expect(await statusOf(`${siteOf(other, "east").url}/healthz`)).toBe(200);
});

const workshop = `  workshop:
    title: A workshop
    ports: PORTS
    expires: 2099-01-01
`;

/** Writes the workshop into the site's file, or takes it out again. */
function withWorkshop(there: boolean): void {
  const file = join(one, "sites/west.yaml");
  const text = readFileSync(file, "utf8").replace(/ {2}workshop:\n( {4}.*\n)*/, "");
  const ports = String(siteOf(one, "west").listen.port + 20);
  writeFileSync(file, there ? `${text.trimEnd()}\n${workshop.replace("PORTS", ports)}` : text);
}

const west = () => join(one, ".isthmus/demo/west");

/** All of prod that a workshop must leave alone. */
const prodNow = () => ({
  ...(keptOf(west(), "prod") as object),
  // Who may do what in a bucket is the base's to know: the timer that reads it is started again.
  programs: Object.entries(programLives(west())).filter(([name]) => !/^workshop-|^scratch-expiry$/.test(name)),
});

async function expectProdWorks(): Promise<void> {
  expect(await signedIn(hubOf(one, "prod").url)).toBe("ada");
  expect(await ask("x")).toBe(41);
  expect(await ask("client.submit(pow, 2, 5, pure=False).result()")).toBe(32);
}

test("a workshop's hub comes and goes, and prod does not notice: programs, database, secrets, cookie, open kernel, cluster", async () => {
  const { url, password } = hubOf(one, "prod");
  session = await HubSession.open(url, { user: "ada", secret: { password } }, AbortSignal.timeout(850_000));
  await session.startServer();
  kernel = await Kernel.open(session.client, session.server);
  const made = await kernel.run(
    "x = 41\nfrom dask_gateway import Gateway\ncluster = Gateway().new_cluster()\ncluster.scale(1)\nclient = cluster.get_client()\nclient.wait_for_workers(1, timeout=300)",
    { deadline: 400_000 },
  );
  expect(made.error).toBeUndefined();
  await expectProdWorks();
  const before = prodNow();

  withWorkshop(true);
  const up = isthmusOk(one, "up");
  for (const stack of ["west-prod", "east-prod"]) expect(up).toMatch(new RegExp(`${stack} +unchanged`));
  expect(prodNow()).toEqual(before);
  await expectProdWorks();
  const guest = hubOf(one, "workshop");
  await browser.signIn(guest.url, "grace", guest.password);
  for (const _ of [1, 2]) {
    expect(await signedIn(guest.url)).toBe("grace");
    expect(await signedIn(url)).toBe("ada");
  }

  withWorkshop(false);
  expect(isthmusOk(one, "up")).toContain("take it down with isthmus down west-workshop");
  expect(await statusOf(`${guest.url}hub/health`)).toBe(200);
  isthmusOk(one, "down", "west/workshop", "--yes");
  expect(prodNow()).toEqual(before);
  await expectProdWorks();
  expect(leftOf("workshop")).toEqual([
    "home/workshop",
    "secrets/workshop.s3.json",
    "secrets/workshop.secrets.json",
    "state/workshop",
  ]);
  expect(await statusOf(`${guest.url}hub/health`)).toBe(404);
});

/** What of a hub there is below the site's directory, logs aside. */
function leftOf(hub: string): string[] {
  const parts = readdirSync(west()).filter((part) => part !== "log" && part !== "buckets");
  const named = parts.flatMap((part) => readdirSync(join(west(), part)).map((name) => `${part}/${name}`));
  return named.filter((path) => path.includes(hub)).sort();
}

test("the other order: taken down while it is in the YAML, then out of it", async () => {
  const before = prodNow();
  withWorkshop(true);
  isthmusOk(one, "up", "west/workshop");
  isthmusOk(one, "down", "west/workshop", "--yes");
  withWorkshop(false);
  const up = isthmusOk(one, "up");
  for (const stack of ["west-prod", "east-prod"]) expect(up).toMatch(new RegExp(`${stack} +unchanged`));
  expect(up).not.toContain("workshop");
  expect(prodNow()).toEqual(before);
  await expectProdWorks();
});

test("taking one federation down leaves the other whole", async () => {
  const programs = () => ["east", "west"].map((id) => programLives(join(one, ".isthmus/demo", id)));
  const before = programs();
  isthmusOk(other, "down", "--yes");
  expect(processesOf(other)).toEqual([]);
  expect(programs()).toEqual(before);
  const { url } = siteOf(one, "east");
  expect(await (await askAnew(`${url}/zarr/hadcm3-a1b.zarr/zarr.json`)).json()).toEqual({ from: one });
  await expectProdWorks();
});
