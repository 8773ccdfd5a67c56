import { expect, test } from "vitest";
import { faultsOf, hpc, siteOf, slurm } from "../federation-of";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJmF0aGUtaG9zdHMta2V5LW9mLWEtdGVzdC0wMDA";
const by = (user: string, text: string) =>
  faultsOf({
    "sites/a.yaml": text.replace(
      "login: here",
      `login: {kind: ssh, host: login1.example, user: ${user}, hostKey: "${key}"}`,
    ),
  });
const hub = (allow: string) => `hubs: {prod: {ports: 9010, allow: ${allow}}}\n`;
const site = (allow: string, scheduler = "") => slurm("a", 9000, hub(allow), scheduler);

test("rules of sudo that would have to name everybody", () => {
  expect(by("pangeo", site("everyone"))).toEqual([
    "sites/a.yaml:9:35 service-account hubs.prod.allow: pangeo is not root: its sudo rules must name whose jobs it may submit",
  ]);
  expect(by("root", site("everyone"))).toEqual([]);
});

test("jobs as the account itself, or as root", () => {
  expect(by("pangeo", site("{users: [ann, pangeo]}"))).toEqual([
    "sites/a.yaml:9:49 service-account hubs.prod.allow.users[1]: pangeo runs the site: no job is submitted as it",
  ]);
  expect(by("pangeo", site("{users: [root]}"))).toEqual([
    "sites/a.yaml:9:44 service-account hubs.prod.allow.users[0]: root is nobody's sign-in: no job is submitted as it",
  ]);
});

test("an account that is not root on PBS, and one that runs what was carried there", () => {
  const pbs = site("{users: [ann]}").replace("kind: slurm", "kind: pbs");
  const carried = (text: string) => ({
    "sites/a.yaml": text.replace("login: here", "login: {kind: bundle, user: pangeo}"),
  });
  expect(by("pangeo", pbs)).toEqual([]);
  expect(siteOf({ "sites/a.yaml": pbs }, "a").batch?.sudo).toBeUndefined();
  const file = "/etc/sudoers.d/isthmus-fed-a";
  expect(siteOf(carried(pbs), "a").batch?.sudo).toEqual({
    kind: "pbs",
    user: "pangeo",
    commands: "/opt/pbs/bin",
    file,
  });
  expect(siteOf(carried(site("{users: [ann]}")), "a").batch?.sudo).toMatchObject({
    kind: "slurm",
    commands: "/usr/bin",
  });
  expect(faultsOf(carried(hpc("a", 9000)))).toEqual([
    "sites/a.yaml:4:29 service-account login.user: without a batch system the site is run by whoever runs the command there",
  ]);
});

test("a directory for sudo rules that there are none of", () => {
  expect(by("root", site("{users: [ann]}", ", commands: /opt/slurm/bin"))).toEqual([
    "sites/a.yaml:5:36 service-account scheduler.commands: this is for the sudo rules of a service account, and root runs the site, which finds them on its PATH",
  ]);
});

test("a service account whose rules name groups and users, in whichever directory the commands are", () => {
  for (const allow of ["{unixGroups: [climate]}", "{users: [ann]}"]) expect(by("pangeo", site(allow))).toEqual([]);
  expect(by("pangeo", site("{users: [ann]}", ", commands: /opt/slurm/bin"))).toEqual([]);
});

test("a directory for what Dask stages where nothing is made as users", () => {
  const hubs = 'hubs: {prod: {ports: 9010, allow: {users: [ann]}, dask: {staging: "/s/{user}"}}}\n';
  expect(by("pangeo", slurm("a", 9000, hubs))).toEqual([
    "sites/a.yaml:9:67 service-account hubs.prod.dask.staging: pangeo makes nothing as users: a cluster's keys are in its jobs' scripts, its logs in homes",
  ]);
  expect(by("root", slurm("a", 9000, hubs))).toEqual([]);
});
