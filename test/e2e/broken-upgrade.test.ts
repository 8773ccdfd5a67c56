import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { baseBundle, hubBundle } from "../../constructs/hpc/programs";
import {
  baseInput,
  buckets,
  frontConf,
  hubConf,
  hubInput,
  sitePorts,
  withProgram,
  writeBundle,
} from "./hpc-site/bundles";
import { Site } from "./hpc-site/kit";
import { Watch } from "./hpc-site/watch";

// Upgrades that cannot work: the site goes back to what it had, and serves all the while.
const scratch = mkdtempSync(join(tmpdir(), "isthmus-broken-"));
const site = new Site(join(scratch, "site"), join(scratch, "base"));
let ports: { front: number; hubs: number[] };
let front: string;

const first = () => ports.hubs[0] ?? 0;
const render = (name: string, bundle: Parameters<typeof writeBundle>[1]) => writeBundle(join(scratch, name), bundle);

beforeAll(async () => {
  ports = await sitePorts(1);
  front = `http://127.0.0.1:${ports.front}`;
  await site.install(render("base", baseBundle(baseInput(ports.front))));
  await site.install(render("prod", hubBundle(hubInput(ports.front, first()))));
  mkdirSync(join(site.root, "buckets/try-library/published"));
  writeFileSync(join(site.root, "buckets/try-library/published/x"), "1");
});

afterAll(async () => {
  await site.call("stop");
  rmSync(scratch, { recursive: true, force: true });
});

/** Installs what must be refused, asking all the while; what the kit said, and what did not answer meanwhile. */
async function refused(bundle: string, by = site): Promise<{ stderr: string; failed: string[] }> {
  const before = (await site.status()).ids;
  const s3 = `http://127.0.0.1:${ports.front + 1}/try-library/published/x`;
  const watch = new Watch({
    front: `${front}/healthz`,
    data: `${front}/published/x`,
    s3,
    hub: `${front}/here/prod/hub/api`,
  });
  const { code, stderr } = await by.call("install", "--bundle", bundle);
  await watch.stop();
  expect(code).toBe(1);
  const { ids, programs } = await site.status();
  expect(ids).toEqual(before);
  expect(programs.filter((p) => p.state !== "RUNNING" || p.health === "down")).toEqual([]);
  expect((await fetch(s3)).status).toBe(200);
  return { stderr, failed: [...watch.failed] };
}

const goneBack = /previous release (base|prod)-[0-9a-f]{12} runs again/;

test("a front that nginx refuses is never used", async () => {
  const broken = frontConf(ports.front).replace("listen ", "lissen ");
  const base = await refused(render("base3", baseBundle(baseInput(ports.front, { nginxConf: broken }))));
  expect(base.stderr).toMatch(/refused by nginx: .*unknown directive "lissen" in base\/nginx\.conf/);
  const nginxConf = `${hubConf("/x/", 1)}}`;
  const hub = await refused(render("prod3", hubBundle(hubInput(ports.front, first(), { nginxConf }))));
  expect(hub.stderr).toContain("refused by nginx");
  expect([...base.failed, ...hub.failed]).toEqual([]);
  expect(await (await fetch(`${front}/healthz`)).text()).toBe("ok\n");
});

test("a hub that does not start gives way to the release before", async () => {
  const auth = { kind: "carrierPigeon" } as unknown as { kind: "sharedPassword" };
  const { stderr, failed } = await refused(render("prod4", hubBundle(hubInput(ports.front, first(), { auth }))));
  expect(stderr).toMatch(/cannot sign people in by carrierPigeon.*\(log: .*prod-hub.log\)/);
  expect(stderr).toMatch(goneBack);
  expect(failed).toEqual(["hub"]);
});

test("an S3 endpoint that exits at once gives way to the one before; the front serves on", async () => {
  const command = ["{env.hub}/bin/python", "-c", "raise SystemExit('error: no backend today')"];
  const base = withProgram(baseBundle(baseInput(ports.front)), "s3", { command });
  const { stderr, failed } = await refused(render("base-exits", base));
  expect(stderr).toMatch(/s3 does not start .*error: no backend today/);
  expect(stderr).toMatch(goneBack);
  expect(failed).toEqual(["s3"]);
});

test("a program that never answers gives way to the one before, and nothing else is restarted", async () => {
  const health = { url: `${front}/nobody`, status: [200] };
  const base = withProgram(baseBundle(baseInput(ports.front)), "scratch-expiry", { health });
  const before = await site.pids();
  const { stderr, failed } = await refused(render("base-hangs", base), impatient());
  expect(stderr).toMatch(/scratch-expiry does not answer/);
  expect(stderr).toMatch(goneBack);
  expect(failed).toEqual([]);
  expect(await site.pids()).toEqual(before);
});

/** The site's kit, but it waits for seconds only until programs are well. */
function impatient(): Site {
  const place = render("impatient", baseBundle(baseInput(ports.front)));
  const installer = join(place, "kit/installer.py");
  const text = readFileSync(installer, "utf8");
  expect(text).toContain("HEALTH_SECONDS = 180.0");
  writeFileSync(installer, text.replace("HEALTH_SECONDS = 180.0", "HEALTH_SECONDS = 5.0"));
  return new Site(site.root, place);
}

test("rights that were half set are taken back with the release that wanted them", async () => {
  const open = buckets.map((bucket) => (bucket.id === "scratch" ? { ...bucket, public: true } : bucket));
  const refusedName = { ...open[0], id: "bad", name: "try_Bad" } as (typeof buckets)[number];
  const input = baseInput(ports.front, { buckets: [...open, refusedName] });
  const { stderr, failed } = await refused(render("base-rights", baseBundle(input)));
  expect(stderr).toMatch(/policy of bucket try_Bad was refused/);
  expect(stderr).toMatch(goneBack);
  expect((await fetch(`http://127.0.0.1:${ports.front + 1}/try-scratch/?list-type=2`)).status).toBe(403);
  expect(failed).toEqual([]);
});
