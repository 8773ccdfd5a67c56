import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { down } from "../../bin/commands/down";
import { status } from "../../bin/commands/status";
import { up } from "../../bin/commands/up";
import { tryLock } from "../../bin/engine/lock";
import { readIndex } from "../../bin/engine/stack-index";
import { Failure } from "../../bin/failure";
import type { Config } from "../../bin/load-or-exit";
import { Lab, type LabStack } from "./engine/lab";

/** The commands on a federation with two sites whose stacks are hand-made and whose kit only remembers; engine, config and files are real. */
const synth = { write: (_output: string) => {} };
// commands load it when they synthesize; files after this one, in the same process, get the real one again
const module = "../../bin/synth.js";
beforeAll(() => {
  vi.doMock(module, () => ({ synthFederation: (_config: Config, output: string) => synth.write(output) }));
});
afterAll(() => vi.doUnmock(module));

let lab: Lab;
let stdout: string;
let stderr: string;
const hear = (stream: "out" | "err", text: string): true => {
  if (stream === "out") stdout += text;
  else stderr += text;
  return true;
};
beforeEach(() => {
  lab = new Lab();
  vi.stubEnv("CDKTF_OUTDIR", lab.output);
  vi.spyOn(process.stdout, "write").mockImplementation((text) => hear("out", String(text)));
  vi.spyOn(process.stderr, "write").mockImplementation((text) => hear("err", String(text)));
  vi.spyOn(console, "log").mockImplementation((text) => hear("out", `${text}\n`));
  stdout = stderr = "";
  for (const [site, port] of Object.entries({ east: 8610, west: 8710 })) ports.set(site, port);
  writeConfig(["east", "west"]);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  lab.remove();
});

const profiles = "profiles: { small: { title: Small, cores: 1, memory: 2Gi } }";

const ports = new Map<string, number>();
const portOf = (site: string) => ports.get(site) ?? 0;

function writeConfig(sites: readonly string[], expires = "", id = "demo"): void {
  rmSync(join(lab.directory, "sites"), { recursive: true, force: true });
  mkdirSync(join(lab.directory, "sites"));
  const top = `format: 1\nfederation: ${id}\ntitle: Demo\ncontact: https://example.org\nsites: [sites/*.yaml]\n`;
  writeFileSync(join(lab.directory, "federation.yaml"), top);
  sites.forEach((site) => {
    const port = portOf(site);
    const head = `site: ${site}\ninstitution: ${site} institute\nprovider: hpc\nlogin: here\nscheduler: { kind: local }`;
    const hub = `hubs: { prod: { ports: ${port + 10}, allow: everyone, defaultProfile: small, ${profiles} } }`;
    writeFileSync(
      join(lab.directory, "sites", `${site}.yaml`),
      `${head}\nlisten: { port: ${port} }\n${expires}\n${hub}\n`,
    );
  });
  synth.write = (output) => lab.write(Object.fromEntries(sites.flatMap(stacksOf)), output);
}

/** The installs put the kit and the site's settings where real ones would. */
function stacksOf(site: string): [string, LabStack][] {
  const root = `../../../.isthmus/demo/${site}`;
  const kit = join(__dirname, "stand-in-kit.py");
  const url = `http://127.0.0.1:${portOf(site)}`;
  const settings = (part: string, more: object) =>
    `mkdir -p ${root}/current/${part}/kit && echo '${JSON.stringify({ url, ...more })}' > ${root}/current/${part}/site.json`;
  const base = `${settings("base", {})} && mkdir -p ${root}/buckets && cp '${kit}' ${root}/current/base/kit/site.py`;
  const hub = settings("prod", { title: "prod", basePath: `/${site}-${portOf(site)}/prod/` });
  const input = (part: string) => ({ root: `.isthmus/demo/${site}`, part });
  const needs = [`${site}-base`];
  return [
    [`${site}-base`, { install: base, uninstall: `rm -r ${root}/current`, input: input("base") }],
    [`${site}-prod`, { needs, install: hub, uninstall: `rm -r ${root}/current/prod`, input: input("prod") }],
  ];
}

const file = () => join(lab.directory, "federation.yaml");
const flags = (more: { yes?: boolean; json?: boolean } = {}) => ({ file: file(), destroy: [], ...more });

test("up, what it starts, status, down: states, exit codes, kept data", async () => {
  expect(await up(undefined, flags())).toBe(0);
  expect(stdout).toMatch(/^demo: 4 stacks, (Terraform|OpenTofu) /);
  expect(stdout).toContain("demo: 4 done in ");

  lab.touch(".isthmus/demo/west/stopped");
  stdout = "";
  expect(await status({ file: file() })).toBe(0);
  expect(stdout).toMatch(/^east: up, east institute \(hpc\)$/m);
  expect(stdout).toMatch(/^west: down, west institute \(hpc\)$/m);
  expect(stdout).toMatch(/down {6}s3 \(STOPPED\)/);
  expect(stdout).toContain("any user name, password open-sesame");
  expect(stdout).toContain("stacks: 4 of 4 as the config says");

  stdout = "";
  expect(await up("west", flags())).toBe(0);
  expect(stdout).toContain("west  started s3\n");
  expect(stdout).toContain("demo: 2 unchanged in ");

  stdout = "";
  expect(await down(undefined, flags({ yes: true }))).toBe(0);
  expect(stdout).toContain(
    `data kept in ${lab.directory}/.isthmus/demo/east/buckets, ${lab.directory}/.isthmus/demo/west/buckets`,
  );
  expect(existsSync(join(lab.directory, ".isthmus/demo/east/current"))).toBe(false);
  stdout = "";
  expect(await down(undefined, flags({ yes: true }))).toBe(0);
  expect(stdout).toBe("demo: nothing is up\n");
});

test("for programs: one JSON on stdout, progress on stderr, no passwords unless asked for", async () => {
  expect(await up("east/prod", flags({ json: true }))).toBe(0);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ federation: "demo", ok: true, ensured: [{ site: "east", ok: true }], leftConfig: [] });
  expect(report.stacks.map((s: { stack: string; state: string }) => `${s.stack} ${s.state}`)).toEqual([
    "east-base done",
    "east-prod done",
  ]);
  expect(stderr).toContain("demo: 2 done");

  stdout = "";
  await status({ file: file(), json: true });
  expect(stdout).not.toContain("sesame");
  const { sites, stacks } = JSON.parse(stdout);
  expect(sites.east).toMatchObject({
    state: "up",
    hub: "http://127.0.0.1:8610/east-8610/prod/",
    data: "http://127.0.0.1:8610",
    catalog: "http://127.0.0.1:8610/stac/catalog.json",
    hubs: { prod: { signIn: { users: "any user name", admins: ["admin"] } } },
  });
  expect(sites.west.state).toBe("not installed");
  expect(stacks.map((s: { stack: string; standing: string }) => `${s.stack}: ${s.standing}`)).toEqual([
    "east-base: applied",
    "east-prod: applied",
    "west-base: not deployed",
    "west-prod: not deployed",
  ]);
  stdout = "";
  await status({ file: file(), json: true, showSecrets: true });
  expect(JSON.parse(stdout).sites.east.hubs.prod.signIn.password).toBe("open-sesame");
  expect(readdirSync(lab.directory).filter((name) => name.includes(".status-"))).toEqual([]);
});

test("stacks that left the config are named by up and status, and down takes them", async () => {
  await up(undefined, flags());
  writeConfig(["east"]);
  stdout = "";
  expect(await up(undefined, flags())).toBe(0);
  expect(stdout).toContain(
    "west-prod has left the config but still exists: take it down with isthmus down west-prod\n",
  );
  stdout = "";
  await status({ file: file() });
  expect(stdout).toMatch(/west-base {2}left the config \(take it down with isthmus down west-base\)/);
  expect(await down("west", flags({ yes: true }))).toBe(0);
  expect(existsSync(join(lab.directory, ".isthmus/demo/west/current"))).toBe(false);
  expect(existsSync(join(lab.directory, ".isthmus/demo/east/current"))).toBe(true);
});

test("status tells what runs: old addresses until up moves them, hubs that are not deployed, what left the config", async () => {
  await up("east", flags());
  ports.set("east", 9610);
  writeConfig(["east", "west"]);
  stdout = "";
  await status({ file: file() });
  expect(stdout).toContain("http://127.0.0.1:8610/stac/catalog.json");
  expect(stdout).toContain(
    "http://127.0.0.1:8610/east-8610/prod/  isthmus up moves it to http://127.0.0.1:9610/east-9610/prod/\n",
  );
  expect(stdout).toContain("http://127.0.0.1:8710/west-8710/prod/  not deployed\n");

  writeConfig(["west"]);
  stdout = "";
  await status({ file: file() });
  expect(stdout).toMatch(/^east: up, left the config \(hpc\)$/m);
  expect(stdout).toContain("http://127.0.0.1:8610/east-8610/prod/  left the config\n");
});

test("faults in the config hide nothing: status goes by what was deployed, and says so", async () => {
  await up("east", flags());
  writeFileSync(join(lab.directory, "sites", "west.yaml"), "site: west\nprovidr: hpc\n");
  stdout = "";
  expect(await status({ file: file() })).toBe(0);
  expect(stdout).toMatch(/^the config has \d+ faults? in 1 of \d files?: isthmus validate shows them\./m);
  expect(stdout).toMatch(/^east: up \(hpc\)$/m);
  expect(stdout).toContain("http://127.0.0.1:8610/east-8610/prod/\n");
  expect(stdout).toContain("any user name, password open-sesame");
  expect(stdout).toContain("stacks: 2 deployed\n");
  stdout = "";
  await status({ file: file(), json: true });
  expect(JSON.parse(stdout)).toMatchObject({
    faults: expect.stringContaining("in 1 of"),
    sites: { east: { state: "up" } },
  });
});

test("status says who is at work, instead of that something is incomplete", async () => {
  await up("east", flags());
  const path = join(lab.state.index, "east-prod.json");
  writeFileSync(path, readFileSync(path, "utf8").replace('"status": "applied"', '"status": "applying"'));
  stdout = "";
  await status({ file: file() });
  expect(stdout).toContain("east-prod  incomplete (its last change did not end: isthmus up east/prod goes on)");
  const lock = tryLock(lab.state.lock, "up east");
  stdout = "";
  await status({ file: file() });
  expect(stdout).toMatch(new RegExp(`\`isthmus up east\` is at work since .* \\(process ${process.pid} on `));
  expect(stdout).toContain("east-prod  incomplete (being changed now)");
  if ("release" in lock) lock.release();
});

test("what another command deployed is taken down as well", async () => {
  await up("east", flags());
  rmSync(lab.state.index, { recursive: true });
  expect(await down("east", flags({ yes: true }))).toBe(0);
  expect(existsSync(join(lab.directory, ".isthmus/demo/east/current"))).toBe(false);
});

test("a config with faults is no obstacle: down goes by what was deployed", async () => {
  await up(undefined, flags());
  writeFileSync(join(lab.directory, "sites/east.yaml"), "site: [east\nprovider: nobody");
  writeFileSync(file(), "federation: demo\nsites: [sites/*.yaml]\nfromat: 1\n");
  expect(await down("west/prod", flags({ yes: true }))).toBe(0);
  expect(stderr).toMatch(
    /^\d+ faults in \d of \d files \(`isthmus validate` shows them\): demo is taken down by what was deployed$/m,
  );
  expect([...readIndex(lab.state).keys()]).toEqual(["east-base", "east-prod", "west-base"]);
  await expect(down("wets", flags({ yes: true }))).rejects.toThrow(
    'no site, hub or stack "wets" (did you mean "west"?); there are east, west, east-base, east-prod, west-base',
  );
  stdout = "";
  expect(await down(undefined, flags({ yes: true }))).toBe(0);
  expect(stdout).toContain(`data kept in ${lab.directory}/.isthmus/demo/east/buckets`);
  for (const site of ["east", "west"])
    expect(existsSync(join(lab.directory, ".isthmus/demo", site, "current")), site).toBe(false);
  expect(readdirSync(join(lab.output, "stacks"))).toEqual([]);
});

test("what was deployed under an id that the federation no longer has is named, and taken down by it", async () => {
  await up("east", flags());
  writeConfig(["east"], "", "newer");
  stdout = "";
  expect(await down(undefined, flags({ yes: true }))).toBe(0);
  const there = "demo is deployed from here too: isthmus down --federation demo takes it down";
  expect(stdout).toBe(`newer: nothing is up\n${there}\n`);
  await expect(down("esat", flags({ yes: true }))).rejects.toThrow(there);
  await expect(down(undefined, { ...flags({ yes: true }), federation: "dmeo" })).rejects.toThrow(
    `no stack of a federation "dmeo" is recorded in ${lab.directory}/state; demo is deployed there`,
  );
  expect(await down(undefined, { ...flags({ yes: true }), federation: "demo" })).toBe(0);
  expect(existsSync(join(lab.directory, ".isthmus/demo/east/current"))).toBe(false);
  expect(readIndex(lab.state).size).toBe(0);
});

test("down without a terminal and without --yes is refused and touches nothing", async () => {
  await up("east", flags());
  await expect(down("east", flags())).rejects.toMatchObject({
    message: "this takes down east-base, east-prod: agree with --yes, since there is no terminal to ask",
    exitCode: 2,
  });
  expect(existsSync(join(lab.directory, ".isthmus/demo/east/current"))).toBe(true);
});

test("a program that cannot be started fails up with its own word", async () => {
  await up("east", flags());
  lab.touch(".isthmus/demo/east/broken");
  stdout = "";
  expect(await up("east", flags())).toBe(3);
  expect(stdout).toContain("east  not all programs run: s3 does not start (log: log/s3.log)\n");
  expect(stdout).toContain("run `isthmus up east` again to go on");
});

test("what was applied and is not on this machine is installed again, from the bundle of its stack", async () => {
  await up("east", flags());
  rmSync(join(lab.directory, ".isthmus/demo/east"), { recursive: true });
  for (const part of ["base", "prod"]) {
    const bundle = join(lab.output, "stacks", `east-${part}`, "bundle");
    mkdirSync(join(bundle, "kit"), { recursive: true });
    copyFileSync(join(__dirname, "stand-in-kit.py"), join(bundle, "kit/site.py"));
    writeFileSync(join(bundle, "bundle.json"), JSON.stringify({ federation: "demo", id: part, digest: part }));
  }
  stdout = "";
  expect(await up("east", flags())).toBe(0);
  for (const part of ["base", "prod"])
    expect(stdout).toContain(
      `east  ${part} is recorded as applied and not there: installing it\neast  ${part} installed\n`,
    );
  expect(stdout).toContain("demo: 2 unchanged in ");
  stdout = "";
  expect(await up("east", flags())).toBe(0);
  expect(stdout).not.toContain("install");
});

test("what has expired is named, with what to do", async () => {
  writeConfig(["east"], "expires: 2020-01-31");
  const expired = { install: "echo expired; exit 1" };
  synth.write = (output) => lab.write({ "east-base": expired, "east-prod": { needs: ["east-base"] } }, output);
  expect(await up(undefined, flags())).toBe(3);
  expect(stdout).toContain("east expired after 2020-01-31: extend `expires` or take it down with isthmus down east\n");
  expect(stdout).not.toContain("to go on");
});

test("two hubs of one site brought up at once: the second is told who is at work", async () => {
  const first = up("east/prod", flags());
  await expect(up("east/lab", flags())).rejects.toThrow(/no site, hub or stack "east\/lab"/);
  await expect(up("east", flags())).rejects.toThrow(
    `federation demo is in use by \`isthmus up east/prod\`, process ${process.pid}`,
  );
  expect(await first).toBe(0);
  expect(await up("east", flags())).toBe(0);
});

test("targets that are nothing get a hint; a second run at the same time gets the first one's process", async () => {
  await expect(up("esat", flags())).rejects.toMatchObject({ exitCode: 2 });
  await expect(up("esat", flags())).rejects.toThrow(
    /^no site, hub or stack "esat" \(did you mean "east"\?\); there are east, west, east\/prod/,
  );
  expect(existsSync(lab.output), "nothing was synthesized for them").toBe(false);
  const lock = tryLock(lab.state.lock, "up west");
  await expect(up("east", flags())).rejects.toThrow(Failure);
  await expect(up("east", flags())).rejects.toThrow(
    `federation demo is in use by \`isthmus up west\`, process ${process.pid}`,
  );
  if ("release" in lock) lock.release();
});
