import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { stateDirectory } from "../../../bin/engine/state-directory";
import { Records } from "../../../bin/state/stores";
import { showStatus } from "../../../bin/status/show";
import { siteStatuses } from "../../../bin/status/sites";
import { hpc, load, slurm } from "../../config/federation-of";

const folder = mkdtempSync(join(tmpdir(), "isthmus-status-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a person is shown of a site on this machine with a bucket of these keys. */
function shown(bucket: string): Promise<string> {
  return shownOf(hpc("a", 9000, `lake: {buckets: {b: {${bucket}}}}\n`));
}

async function shownOf(site: string): Promise<string> {
  const loaded = load({ "sites/a.yaml": site });
  if (!loaded.federation) throw new Error("no federation");
  const config = { ...loaded, federation: loaded.federation, file: "", directory: folder };
  const records = await Records.read(stateDirectory(folder, "fed"));
  const sites = await siteStatuses(config, { sites: [], index: records.index, records });
  return showStatus({ federation: "fed", title: "fed", faults: null, busy: null, unread: [], stacks: [], sites });
}

test("where a centre deletes by its own rules is said, and nowhere else", async () => {
  expect(await shown("purpose: scratch, expire: centre")).toMatch(
    /scratch +fed-a-b: the centre deletes there by its own rules/,
  );
  expect(await shown("purpose: scratch")).not.toContain("the centre");
});

test("root of a machine is told which sudo rules its service account waits for, and that of a site by root nothing", async () => {
  const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJmF0aGUtaG9zdHMta2V5LW9mLWEtdGVzdC0wMDA";
  const by = (user: string) =>
    slurm("a", 9000, "hubs: {prod: {ports: 9010, allow: {users: [ann]}}}\n").replace(
      "login: here",
      `login: {kind: ssh, host: 127.0.0.1, port: 1, user: ${user}, hostKey: "${key}"}`, // nobody answers there
    );
  expect(await shownOf(by("pangeo"))).toContain(
    "visudo -cf /p/a/sudoers && install -o root -g root -m 0440 /p/a/sudoers /etc/sudoers.d/isthmus-fed-a",
  );
  expect(await shownOf(by("root"))).not.toContain("sudo");
});

test("what can be read on a cluster's network is said where hub and notebooks do not encrypt it, and nowhere else", async () => {
  const hubs = "hubs: {prod: {ports: 9010, allow: {users: [ann]}}}\n";
  const tls = "domain: p.a.example\ntls: {kind: files, certificate: /c.pem, key: /c.key}\n";
  const site = slurm("a", 9000, tls + hubs);
  const words = /network +hub and notebooks speak in the clear/;
  expect(await shownOf(site)).toMatch(words);
  expect(await shownOf(site.replace("login1-int}", "login1-int, encrypt: true}"))).not.toMatch(words);
  expect(await shownOf(hpc("a", 9000, hubs))).not.toMatch(words);
});
