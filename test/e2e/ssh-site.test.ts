import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { isthmus as isthmusIn, isthmusOk, killed } from "./demo/federation";
import { sitePorts } from "./hpc-site/bundles";
import { Site } from "./hpc-site/kit";
import { configureSshSite, type SshSiteParts, type Told } from "./ssh-site/site";
import { type Sshd, sshServer, startSshd } from "./ssh-site/sshd";

// A site that is delivered through a real sshd: the other machine is this one, which only the site's root tells.
const server = sshServer();
const needs = typeof server === "string" ? server : undefined;
beforeEach(({ skip }) => skip(needs !== undefined, needs));

const folder = mkdtempSync(join(tmpdir(), "isthmus-ssh-"));
const root = join(folder, "there");
let sshd: Sshd;
let ports: { front: number; hubs: number[] };

const configure = (change: Pick<SshSiteParts, "hostKey" | "bastion"> = {}) =>
  configureSshSite(join(folder, "config"), { sshd, root, ports, ...change });

const isthmus = (...args: string[]) => isthmusIn(join(folder, "config"), ...args);
const well = (...args: string[]) => isthmusOk(join(folder, "config"), ...args);

const processes = () => new Site(root, "").processes();
const site = () => (JSON.parse(well("status", "--json")) as { sites: { rhine: Told } }).sites.rhine;
const pids = () => site().programs.map(({ name, pid }) => `${name} ${pid}`);

beforeAll(async () => {
  if (typeof server === "string") return;
  sshd = await startSshd(server, join(folder, "sshd"));
  ports = await sitePorts(1);
  configure();
});

afterAll(async () => {
  if (needs) return;
  isthmus("down", "--yes");
  for (const line of processes()) killed(Number.parseInt(line, 10));
  await sshd?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("a host that shows another key than the config's gets nothing", () => {
  configure({ hostKey: sshd.otherKey });
  const { status, stdout, stderr } = isthmus("up");
  expect(status).toBe(3);
  expect(stdout + stderr).toContain("Host key verification failed");
  expect(existsSync(root)).toBe(false);
  configure();
});

test("up installs base and hub there, status tells of them, and a second up changes nothing", async () => {
  well("up");
  const told = site();
  expect([told.state, told.problem, told.root]).toEqual(["up", null, `${userInfo().username}@127.0.0.1:${root}`]);
  expect(told.hubs.prod.standing).toBe("deployed");
  expect((await fetch(`${told.hubs.prod.url}hub/login`)).status).toBe(200);
  const shown = well("status");
  expect(shown).toMatch(/sign in .*, password \S{16,}/);
  expect(shown).toContain(`ssh -N -L ${ports.front}:127.0.0.1:${ports.front}`);
  const before = pids();
  expect(well("up")).toContain("2 unchanged");
  expect(pids()).toEqual(before);
});

test("through a bastion, nothing is replaced", () => {
  const before = pids();
  configure({ bastion: "pinned" });
  well("up");
  expect(pids()).toEqual(before);
});

test("through a bastion whose key is not told too, and the machine's own key is asked for all the same", () => {
  configure({ bastion: "any" });
  expect(site().state).toBe("up");
  configure({ bastion: "any", hostKey: sshd.otherKey });
  expect(site().problem).toContain("Host key verification failed");
  configure();
});

test("what is down there is started by up, and what somebody removed is installed again", () => {
  spawnSync("python3", [join(root, "current/base/kit/site.py"), "stop", "--root", root]);
  expect(site().state).toBe("down");
  well("up");
  expect(site().state).toBe("up");
  rmSync(join(root, "current/prod"));
  expect(well("up")).toContain("prod is recorded as applied and not there: installing it");
  expect(site().state).toBe("up");
});

test("a machine that cannot be asked is a problem, not a site that is not installed", () => {
  configure({ hostKey: sshd.otherKey });
  const told = site();
  expect([told.state, told.problem]).toEqual(["down", expect.stringContaining("Host key verification failed")]);
  configure();
});

test("verify finds the site through its front", () => {
  expect(well("verify", "rhine/prod", "--json")).toContain('"ok": true');
});

test("down ends the programs there and keeps the data", () => {
  well("down", "--yes");
  expect(processes()).toEqual([]);
  expect(readdirSync(root).sort()).toEqual(["buckets", "home", "log", "secrets", "state"]);
});
