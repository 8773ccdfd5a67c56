import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tunnelFor } from "../../bin/ssh-kit";
import { faultsOf, hpc, load, siteOf } from "./federation-of";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJmF0aGUtaG9zdHMta2V5LW9mLWEtdGVzdC0wMDA";
const ssh = (login: string, id = "a", port = 9000, rest = "") =>
  hpc(id, port, rest).replace("login: here", `login: {kind: ssh, ${login}}`);
const faults = (login: string) => faultsOf({ "sites/a.yaml": ssh(login) });
const whole = `host: login1.example, user: pangeo, hostKey: ${key}`;

test("without the host's key it is said how to get it", () => {
  const [fault, ...more] = load({ "sites/a.yaml": ssh("host: login1.example, user: pangeo") }).faults;
  expect(more).toEqual([]);
  expect(fault).toMatchObject({ path: "login.hostKey", message: '"hostKey" is required' });
  expect(fault?.fix).toContain("ssh-keyscan -t ed25519 HOST");
});

test("what is no key, host, account or file is refused, and so is what a shell or the engine would read otherwise", () => {
  expect(faults(whole)).toEqual([]);
  const bad = ["hostKey: AAAA", "host: 'a b'", "host: -oProxyCommand=x", "user: 'a;b'", "user: '$x'", "keyFile: key"];
  for (const one of [...bad, "keyFile: '~/$(x)'", "python: 'python3 -c'", "port: 0", "hostkey: x"]) {
    const [name = ""] = one.split(":");
    const others = whole.split(", ").filter((part) => !part.startsWith(`${name}:`));
    expect(faults([...others, one].join(", ")).length, one).toBe(1);
  }
});

const resolved = (login: string) => siteOf({ "sites/a.yaml": ssh(login) }, "a");

test("a bastion takes the account of the site's machine, unless told otherwise", () => {
  const bastion = `bastion: {host: gate.example, hostKey: ${key}}`;
  expect(resolved(`${whole}, ${bastion}`).login).toEqual({
    kind: "ssh",
    host: "login1.example",
    user: "pangeo",
    port: 22,
    hostKey: key,
    keyFile: null,
    bastion: { host: "gate.example", user: "pangeo", port: 22, hostKey: key },
    python: "python3",
  });
});

test("a bastion's name is enough: the machine's own key is what keeps others from being installed on", () => {
  const bastion = { host: "gate.example", user: "pangeo", port: 22, hostKey: null };
  expect(resolved(`${whole}, bastion: gate.example`).login).toMatchObject({ bastion });
  expect(resolved(`${whole}, bastion: {host: gate.example}`).login).toMatchObject({ bastion });
  for (const bad of ["'gate example'", "-oProxyCommand=x", "{}", "{host: gate.example, hostKey: AAAA}", "[]"])
    expect(faults(`${whole}, bastion: ${bad}`).length, bad).toBe(1);
});

test("the way to a site that listens to its own machine only", () => {
  expect(tunnelFor(resolved(whole))).toBe(
    "ssh -N -L 9000:127.0.0.1:9000 -L 9001:127.0.0.1:9001 -p 22 pangeo@login1.example",
  );
  const other = ssh(whole).replace("listen: {", "listen: {host: 192.0.2.7, ");
  const site = siteOf({ "sites/a.yaml": other }, "a");
  expect(tunnelFor(site)).toBeUndefined();
});

test("sites of two machines may have the same directories, those of one may not", () => {
  const root = "storage: {root: /srv/site}\n";
  const other = whole.replace("login1", "login2");
  const two = (login: string) =>
    faultsOf({ "sites/a.yaml": ssh(whole, "a", 9000, root), "sites/b.yaml": ssh(login, "b", 9100, root) });
  expect(two(other)).toEqual([]);
  expect(two(whole)).toEqual([expect.stringContaining("the root of site a") as string]);
});

test("files that are carried there need no way from here: what says one is refused, key by key", () => {
  const carried = (rest = "") => ({
    "sites/a.yaml": hpc("a", 9000).replace("login: here", `login: {kind: bundle${rest}}`),
  });
  expect(siteOf(carried(), "a").login).toEqual({ kind: "bundle", user: null, python: "python3" });
  expect(siteOf(carried(", python: python3.12"), "a").login).toEqual({
    kind: "bundle",
    user: null,
    python: "python3.12",
  });
  expect(tunnelFor(siteOf(carried(), "a"))).toBeUndefined();
  const { faults } = load(carried(`, ${whole}, port: 22, keyFile: ~/k, bastion: {}, hots: x`));
  expect(faults.map(({ path, message, fix }) => [path, message, fix])).toEqual([
    ...["host", "hostKey", "port", "keyFile", "bastion"].map((key) => [
      `login.${key}`,
      "nobody signs in to the machine from here, so that no way there is needed",
      "remove it, or write kind: ssh",
    ]),
    ["login.hots", 'unknown key "hots"', expect.any(String)],
  ]);
});

test("two sites whose files are carried may have the same directories: nobody knows that it is one machine", () => {
  const at = (id: string, port: number) =>
    hpc(id, port, "storage: {root: /srv/site}\n").replace("login: here", "login: {kind: bundle}");
  expect(faultsOf({ "sites/a.yaml": at("a", 9000), "sites/b.yaml": at("b", 9100) })).toEqual([]);
});

test("the site that docs/bundle.md shows is valid", () => {
  const page = readFileSync(join(__dirname, "../../docs/bundle.md"), "utf8");
  expect(faultsOf({ "sites/loire.yaml": /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "" })).toEqual([]);
});
