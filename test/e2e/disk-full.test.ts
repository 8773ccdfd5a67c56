import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readZarr } from "../../bin/catalog/zarr-record";
import { runProgram } from "../../bin/hub/program";
import { HubSession } from "../../bin/hub/session";
import { baseBundle, hubBundle } from "../../constructs/hpc/programs";
import { Filler, refusal, runOn, variable } from "./disk-full/small-disk";
import { baseInput, hubInput, sitePorts, writeBundle } from "./hpc-site/bundles";
import { Site, until } from "./hpc-site/kit";
import { answers, Watch } from "./hpc-site/watch";

const disk = process.env[variable];
if (disk === undefined) elsewhere();
else onFullDisk(disk);

/** The file runs itself again, with a small file system that nobody else sees. */
function elsewhere(): void {
  test("a site on a full disk", async (context) => {
    const place = mkdtempSync(join(tmpdir(), "isthmus-full-"));
    try {
      const reason = refusal(place);
      if (reason !== undefined) return context.skip(reason);
      const { code, output } = await runOn(place, 96, "test/e2e/disk-full.test.ts");
      if (code !== 0) throw new Error(output);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
}

function onFullDisk(place: string): void {
  const filler = new Filler(place);
  const bundles = mkdtempSync(join(tmpdir(), "isthmus-bundles-"));
  const site = new Site(join(place, "site"), join(bundles, "base"));
  const signal = AbortSignal.timeout(1_800_000);
  let ports: { front: number; hubs: number[] };
  let front: string;
  let s3: string;
  let url: string;
  let password: string;
  let ada: HubSession;

  const render = (name: string, bundle: Parameters<typeof writeBundle>[1]) => writeBundle(join(bundles, name), bundle);
  const well = async () => (await site.status()).programs.every((p) => p.state === "RUNNING" && p.health !== "down");
  const serving = () => ({ front: `${front}/healthz`, data: `${front}/published/good.zarr/zarr.json` });

  beforeAll(async () => {
    ports = await sitePorts(1);
    front = `http://127.0.0.1:${ports.front}`;
    s3 = `http://127.0.0.1:${ports.front + 1}`;
    url = `${front}/here/prod/`;
    await site.install(render("base", baseBundle(baseInput(ports.front))));
    await site.install(render("prod", hubBundle(hubInput(ports.front, ports.hubs[0] ?? 0))));
    const { stdout } = await site.call("credentials", "--id", "prod", "--json");
    ({ password } = JSON.parse(stdout) as { password: string });
    ada = await HubSession.open(url, { user: "ada", secret: { password } }, signal);
    await ada.startServer();
  });

  afterAll(async () => {
    filler.remove();
    await site.call("stop");
    rmSync(bundles, { recursive: true, force: true });
  });

  async function write(store: string): Promise<{ error: string | null }> {
    const source = readFileSync(join(__dirname, "disk-full/write.py"), "utf8");
    const program = { source, file: "write.py", arguments: [`s3://try-library/published/${store}`] };
    const { result, error } = await runProgram(ada, program, { deadline: 400_000 });
    expect(error?.traceback).toBeUndefined();
    return result as { error: string | null };
  }

  test("what is published on a full disk is refused, and is not seen as whole", async () => {
    expect(await write("good.zarr")).toEqual({ error: null });
    const { record } = await readZarr("good", `${s3}/try-library/published/good.zarr`);
    expect(Object.keys(record.variables)).toEqual(["t"]);
    filler.leave(3_000_000);
    expect((await write("bad.zarr")).error).toMatch(/InternalError|QuotaExceeded|No space/);
    const reading = readZarr("bad", `${s3}/try-library/published/bad.zarr`);
    await expect(reading).rejects.toThrow(/without consolidated metadata; consolidate it where it is written/);
  });

  test("nobody's server starts without room in the home; the hub says why and whom to ask", async () => {
    filler.leave(1_000_000);
    const bob = await HubSession.open(url, { user: "bob", secret: { password } }, signal);
    await expect(bob.startServer()).rejects.toThrow(
      /your home directory is on a full disk \(\d+ MiB free, 16 are needed\): ask the hub's admin \(admin\) to free some/,
    );
    filler.remove();
    await bob.startServer();
    await bob.close();
  });

  test("an install is refused before anything changes, and goes on when there is room again", async () => {
    const { ids } = await site.status();
    const next = render("prod2", hubBundle(hubInput(ports.front, ports.hubs[0] ?? 0, { title: "Another title" })));
    filler.leave(500_000);
    const watch = new Watch(serving());
    const { code, stderr } = await site.call("install", "--bundle", next);
    await watch.stop();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /too little disk space for bundle prod: .*site has \d MB free, \d+ MB are needed; free some, then run the same command/,
    );
    expect((await site.status()).ids).toEqual(ids);
    expect(await well()).toBe(true);
    expect([...watch.failed]).toEqual([]);
    filler.remove();
    await site.install(next);
    expect((await site.status()).ids.prod?.digest).not.toBe(ids.prod?.digest);
  });

  test("with no byte left the site serves on, and its supervisor heals it", async () => {
    filler.leave(0);
    const pids = await site.pids();
    for (const name of ["s3", "nginx"]) process.kill(pids[name] as number, "SIGKILL");
    await until("healed", async () => (await site.pids()).s3 !== pids.s3 && (await well()), 240);
    for (const address of Object.values(serving())) await until(`${address} answers`, () => answers(address), 240);
  });
}
