import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runProgram } from "../../bin/hub/program";
import { HubSession, withHubSession } from "../../bin/hub/session";
import { baseBundle, hubBundle } from "../../constructs/hpc/programs";
import { baseInput, buckets, frontConf, hubInput, sitePorts, writeBundle } from "./hpc-site/bundles";
import { Site, until } from "./hpc-site/kit";

// One site through its life, in order. Its environments come from the machine's cache and are built there the first time.
const scratch = mkdtempSync(join(tmpdir(), "isthmus-site-"));
const site = new Site(join(scratch, "site"), join(scratch, "base"));
let ports: { front: number; hubs: number[] };
let front: string;

const first = () => ports.hubs[0] ?? 0;
const render = (name: string, bundle: Parameters<typeof writeBundle>[1]) => writeBundle(join(scratch, name), bundle);
const signal = () => AbortSignal.timeout(240_000);

async function password(hub: string): Promise<string> {
  const { stdout } = await site.call("credentials", "--id", hub, "--json");
  return (JSON.parse(stdout) as { password: string }).password;
}

beforeAll(async () => {
  ports = await sitePorts(2);
  front = `http://127.0.0.1:${ports.front}`;
  render("base", baseBundle(baseInput(ports.front)));
  render("prod", hubBundle(hubInput(ports.front, first())));
});

afterAll(async () => {
  await site.call("stop");
  rmSync(scratch, { recursive: true, force: true });
});

test("a hub without a base is refused", async () => {
  const { code, stderr } = await site.call("install", "--bundle", join(scratch, "prod"));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^isthmus: error: the site's base is not installed at .*: install it before hub prod$/m);
});

test("a port that something else has is refused with its owner, before anything is changed", async () => {
  const other = await new Promise<Server>((done) => {
    const server = createServer().listen(ports.front, "127.0.0.1", () => done(server));
  });
  const { code, stderr } = await site.call("install", "--bundle", join(scratch, "base"));
  await new Promise((done) => other.close(done));
  expect(code).toBe(1);
  expect(stderr).toContain(`port ${ports.front} (nginx) is taken by process ${process.pid} of user `);
  expect(site.processes()).toEqual([]);
});

test("base and hub come up", async () => {
  await site.install(join(scratch, "base"));
  await site.install(join(scratch, "prod"));
  const { ids, programs } = await site.status();
  expect(Object.keys(ids)).toEqual(["base", "prod"]);
  expect(programs.map((p) => [p.name, p.state, p.health])).toEqual([
    ["s3", "RUNNING", "ok"],
    ["scratch-expiry", "RUNNING", "none"],
    ["logs", "RUNNING", "none"],
    ["nginx", "RUNNING", "ok"],
    ["prod-proxy", "RUNNING", "ok"],
    ["prod-hub", "RUNNING", "ok"],
    ["prod-dask-proxy", "RUNNING", "ok"],
    ["prod-dask-gateway", "RUNNING", "ok"],
    ["prod-culler", "RUNNING", "none"],
  ]);
  expect((await fetch(`${front}/here/prod/hub/login`)).status).toBe(200);
});

test("secrets are private, and no program has another's or the caller's", async () => {
  expect(statSync(join(site.root, "secrets")).mode & 0o777).toBe(0o700);
  const { stdout } = await site.call("credentials", "--json");
  const { prod } = JSON.parse(stdout) as Record<string, { password: string; adminPassword: string }>;
  expect(prod?.password.length).toBeGreaterThanOrEqual(16);
  expect(prod?.adminPassword.length).toBeGreaterThanOrEqual(32);
  const pids = await site.pids();
  for (const [name, pid] of Object.entries(pids)) {
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
    expect(environment, name).not.toContain("of-the-caller");
    if (name !== "prod-hub") expect(environment, name).not.toContain(prod?.password);
    expect(readFileSync(`/proc/${pid}/cmdline`, "utf8"), name).not.toMatch(/secret|token|password/i);
  }
  const bundle = spawnSync("grep", ["-rl", prod?.password ?? "", join(site.root, "releases"), join(site.root, "log")]);
  expect(String(bundle.stdout)).toBe("");
});

test("installing again changes nothing", async () => {
  const before = await site.pids();
  for (const name of ["base", "prod"]) {
    const { stdout } = await site.install(join(scratch, name));
    expect(stdout).toMatch(/ unchanged \(/);
  }
  expect(await site.pids()).toEqual(before);
});

test("a user computes with Dask within the caps, on data in the lake", async () => {
  const account = { user: "ann.b", secret: { password: await password("prod") } };
  const source = readFileSync(join(__dirname, "hpc-site", "notebook.py"), "utf8");
  const end = await withHubSession(`${front}/here/prod/`, account, { signal: signal() }, async (session) => {
    await session.startServer({ profile: "small" });
    return runProgram(session, { source, file: "notebook.py" }, { deadline: 200_000 });
  });
  expect(end.error?.traceback ?? "").toBe("");
  expect(end.result).toMatchObject({
    mean: 1,
    worker: {
      SCRATCH_BUCKET: expect.stringMatching(/^s3:\/\/try-scratch\/ann-b--[0-9a-f]{8}$/) as string,
      HOME: expect.stringContaining("/home/prod/ann-b--") as string,
      COLOR: "{red}",
      AWS_ACCESS_KEY_ID: "hub-prod",
    },
    dashboard: expect.stringContaining("/here/prod/services/dask-gateway/clusters/") as string,
    beyond: expect.stringContaining("at most 3: your clusters use 2 of the 3 cores you may use") as string,
    third: expect.stringContaining("you have 2 of at most 2 clusters") as string,
    published: "",
    elsewhere: expect.stringContaining("PermissionError") as string,
    inherited: [],
  });
});

test("a public bucket is read without keys, a private one is not", async () => {
  const s3 = `http://127.0.0.1:${ports.front + 1}`;
  expect((await fetch(`${s3}/try-library/published/x`)).status).toBe(200);
  expect((await fetch(`${s3}/try-library/?list-type=2`)).status).toBe(200);
  expect((await fetch(`${s3}/try-library/published/x`, { method: "PUT", body: "2" })).status).toBe(403);
  expect((await fetch(`${s3}/try-scratch/?list-type=2`)).status).toBe(403);
});

test("wrong passwords and unknown profiles are refused", async () => {
  const url = `${front}/here/prod/`;
  for (const user of ["ann", "admin"])
    await expect(
      HubSession.open(url, { user, secret: { password: user === "ann" ? "x" : await password("prod") } }, signal()),
    ).rejects.toThrow();
  const account = { user: "bob", secret: { password: await password("prod") } };
  await withHubSession(url, account, { signal: signal() }, (session) =>
    expect(session.startServer({ profile: "huge" })).rejects.toThrow(/no profile 'huge'; there are small, medium/),
  );
});

test("a change restarts only what it affects, and the front never", async () => {
  const before = await site.pids();
  await site.install(render("prod2", hubBundle(hubInput(ports.front, first(), { title: "Another title" }))));
  const after = await site.pids();
  const changed = Object.keys(after).filter((name) => after[name] !== before[name]);
  expect(changed.sort()).toEqual(["prod-dask-gateway", "prod-hub"]);
  await site.install(render("base2", baseBundle(baseInput(ports.front, { nginxConf: frontConf(ports.front, "new") }))));
  await until("the front's new answer", async () => (await (await fetch(`${front}/healthz`)).text()) === "new\n");
  expect(await site.pids()).toEqual(after);
});

test("a first install that fails leaves nothing of itself", async () => {
  const auth = { kind: "carrierPigeon" } as unknown as { kind: "sharedPassword" };
  const west = render("west", hubBundle(hubInput(ports.front, ports.hubs[1] ?? 0, { hub: "west", auth })));
  const { code, stderr } = await site.call("install", "--bundle", west);
  expect(code).toBe(1);
  expect(stderr).toContain("Nothing of west runs now");
  expect(Object.keys((await site.status()).ids)).toEqual(["base", "prod"]);
  expect(site.processes().filter((p) => p.includes("west"))).toEqual([]);
});

test("programs that were killed come back, with the routes that the proxy forgets", async () => {
  const pids = await site.pids();
  for (const name of ["prod-proxy", "nginx", "s3"]) process.kill(pids[name] as number, "SIGKILL");
  await until("all programs again", async () =>
    (await site.status()).programs.every((p) => p.state === "RUNNING" && p.health !== "down"),
  );
  await until("the hub's route", async () => (await fetch(`${front}/here/prod/hub/login`)).status === 200);
});

test("ensure brings back a site whose supervisor died, and touches nothing where all is well", async () => {
  process.kill(Number(readFileSync(join(site.root, "run", "supervisord.pid"), "utf8")), "SIGKILL");
  expect((await site.call("ensure")).stdout).toContain("repaired base, prod");
  const before = await site.pids();
  expect((await site.call("ensure")).stdout).toContain("all programs are up");
  expect(await site.pids()).toEqual(before);
});

test("a stopped site has no process, and ensure starts it again", async () => {
  const account = { user: "cat", secret: { password: await password("prod") } };
  await withHubSession(`${front}/here/prod/`, account, { signal: signal(), keep: true }, (s) => s.startServer());
  expect(site.processes().join("\n")).toContain("jupyterhub-singleuser");
  expect((await site.call("stop")).code).toBe(0);
  expect(site.processes()).toEqual([]);
  const { programs } = await site.status();
  expect(new Set(programs.map((p) => `${p.state} ${p.pid}`))).toEqual(new Set(["STOPPED null"]));
  expect((await site.call("ensure", "--id", "prod")).code).toBe(0);
  expect((await fetch(`${front}/here/prod/hub/login`)).status).toBe(200);
});

test("an expired hub is not started again, but the rest of its site is", async () => {
  const until2999 = hubBundle(
    hubInput(ports.front, first(), { title: "Another title", expires: "2999-01-01T00:00:00Z" }),
  );
  const before = await site.pids();
  await site.install(render("prod-ends", until2999));
  expect(await site.pids()).toEqual(before);
  const manifest = join(site.root, "current/prod/bundle.json");
  const text = readFileSync(manifest, "utf8").replace("2999-", "2001-");
  rmSync(manifest);
  writeFileSync(manifest, text);
  const told =
    "here/prod expired on 2001-01-01T00:00:00Z and is not started: extend `expires`, or isthmus down here/prod";
  expect((await site.call("ensure")).stdout).toContain(told);
  expect(await site.pids()).toEqual(before);
  await site.call("stop");
  const ensured = await site.call("ensure");
  expect([ensured.code, ensured.stdout]).toEqual([0, expect.stringContaining(told)]);
  const { ids, programs } = await site.status();
  expect(ids.prod).toMatchObject({ expired: true, expires: "2001-01-01T00:00:00Z" });
  for (const { id, name, state } of programs) expect(state, name).toBe(id === "prod" ? "STOPPED" : "RUNNING");
  const over = hubBundle(hubInput(ports.front, first(), { expires: "2001-01-01T00:00:00Z" }));
  expect((await site.call("install", "--bundle", render("prod-over", over))).stderr).toContain("prod expired on 2001");
  await site.install(join(scratch, "prod2"));
  expect((await site.status()).programs.every((p) => p.state === "RUNNING")).toBe(true);
});

test("buckets that leave the config keep their data and lose their rights", async () => {
  const fewer = baseInput(ports.front, { buckets: buckets.filter((b) => b.id === "scratch") });
  await site.install(render("base5", baseBundle(fewer)));
  expect((await fetch(`http://127.0.0.1:${ports.front + 1}/try-library/published/x`)).status).toBe(403);
  expect(readFileSync(join(site.root, "buckets", "try-library", "published", "x"), "utf8")).toBe("1");
});

test("with a sidecar the endpoint keeps rights, types and digests in files of its own, and sets no attribute", async () => {
  rmSync(join(site.root, "buckets/try-scratch"), { recursive: true }); // its attributes are of before
  await site.install(render("base6", baseBundle(baseInput(ports.front, { sidecar: true }))));
  const program = join(__dirname, "hpc-site", "sidecar.py");
  const { stdout, stderr } = spawnSync(process.env.ISTHMUS_PYTHON ?? "python3", ["-I", program, site.root]);
  expect(String(stderr)).toBe("");
  expect(JSON.parse(String(stdout))).toEqual({
    ...{ put: 200, got: 200, type: "text/x-own", tag: '"5d41402abc4b2a76b9719d911017c592"' },
    ...{ attributes: { "try-scratch": [], object: [] }, kept: true },
  });
  const s3 = `http://127.0.0.1:${ports.front + 1}`;
  expect((await fetch(`${s3}/try-library/published/x`)).status).toBe(200);
  expect((await fetch(`${s3}/try-scratch/deep/er/object`)).status).toBe(403);
});

test("uninstalling ends every process and keeps data, homes, state and secrets", async () => {
  writeFileSync(join(site.root, "home", "prod", "kept"), "x");
  expect((await site.call("uninstall", "--id", "prod")).code).toBe(0);
  expect(Object.keys((await site.status()).ids)).toEqual(["base"]);
  expect((await fetch(`${front}/healthz`)).status).toBe(200);
  expect((await fetch(`${front}/here/prod/hub/login`)).status).toBe(404);
  expect((await site.call("uninstall", "--id", "base")).code).toBe(0);
  expect(site.processes()).toEqual([]);
  for (const kept of [
    "buckets/try-library/published/x",
    "home/prod/kept",
    "state/prod/jupyterhub.sqlite",
    "secrets/prod.secrets.json",
  ])
    expect(existsSync(join(site.root, kept)), kept).toBe(true);
  expect((await site.call("uninstall", "--id", "base")).stdout).toContain("base is not installed");
});
