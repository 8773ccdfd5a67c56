import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { baseBundle } from "../../constructs/hpc/programs";
import { chosenSteps, commandsOf, cuttingPython, filesOf, secretsIn, smallHub, Trial } from "./converge/trial";
import { baseInput, frontConf, sitePorts, writeBundle } from "./hpc-site/bundles";
import { until } from "./hpc-site/kit";

// The installer is killed before one step after another; the same command again must end where an undisturbed one ends.
const scratch = mkdtempSync(join(tmpdir(), "isthmus-cut-"));
const root = join(scratch, "site");
const place = (name: string) => join(scratch, name);
const install = (name: string) => ["install", "--bundle", place(name)] as const;
const uninstall = (id: string) => ["uninstall", "--id", id] as const;

let site: Trial;
let front: string;

/** How a site is after a command that nobody disturbed, and the steps that this took. */
interface Calm {
  readonly steps: number;
  readonly files: ReadonlyMap<string, string>;
  readonly commands: readonly string[];
}
const calm = new Map<string, Calm>();

async function undisturbed(name: string, ...command: readonly [string, ...string[]]): Promise<void> {
  const steps = await site.counted(...command);
  await settled();
  calm.set(name, { steps: steps.length, files: filesOf(root), commands: commandsOf(site) });
}

/** Programs that end in their own time have ended: nginx's old workers, a check of the front. */
async function settled(): Promise<void> {
  let before: string[] | undefined;
  await until("nothing comes or goes", () => {
    const now = site.processes();
    const same = before?.join("\n") === now.join("\n");
    before = now;
    return same;
  });
}

beforeAll(async () => {
  const ports = await sitePorts(1);
  front = `http://127.0.0.1:${ports.front}`;
  const port = ports.hubs[0] ?? 0;
  writeBundle(place("base"), baseBundle(baseInput(ports.front)));
  const other = { nginxConf: frontConf(ports.front, "new"), files: new Map([["portal.html", "<p>there</p>\n"]]) };
  writeBundle(place("base2"), baseBundle(baseInput(ports.front, other)));
  writeBundle(place("prod"), smallHub(port, "one"));
  writeBundle(place("prod2"), smallHub(port, "two"));
  site = new Trial(root, place("base"), cuttingPython(place("python")), place("steps"));
  await site.call(...install("base")); // builds what every later run finds built
  await site.call(...uninstall("base"));
  rmSync(root, { recursive: true });
  await undisturbed("base", ...install("base"));
  await undisturbed("hub", ...install("prod"));
  await undisturbed("another hub's bundle", ...install("prod2"));
  await undisturbed("no hub", ...uninstall("prod"));
  await undisturbed("another base", ...install("base2"));
  await undisturbed("nothing", ...uninstall("base"));
  rmSync(root, { recursive: true });
});

afterAll(async () => {
  await site.call("stop");
  rmSync(scratch, { recursive: true, force: true });
});

/** Kills a command at chosen steps; `prepare` brings the site to where the command starts from. */
async function converges(
  end: string,
  picks: number,
  prepare: () => Promise<void>,
  ...command: readonly [string, ...string[]]
): Promise<void> {
  const { steps, files, commands } = calm.get(end) as Calm;
  const chosen = chosenSteps(steps, picks);
  let cut = 0;
  for (const step of chosen) {
    await prepare();
    const before = secretsIn(root);
    if ((await site.cutOff(step, ...command)).code !== 0) cut += 1;
    const between = secretsIn(root);
    expect(between, `step ${step}`).toMatchObject(before);
    const again = await site.call(...command);
    expect(again.code, `after step ${step}: ${again.stdout}${again.stderr}`).toBe(0);
    await site.runs(commands);
    expect(Object.fromEntries(filesOf(root)), `after step ${step}`).toEqual(Object.fromEntries(files));
    expect(secretsIn(root), `after step ${step}`).toMatchObject(between);
    const { programs } = await site.status();
    expect(programs.filter((p) => p.state !== "RUNNING" || p.health === "down")).toEqual([]);
  }
  // A run that waits less has fewer steps than the one that was counted, so the last ones may not come.
  expect(cut, "kills that came").toBeGreaterThan(chosen.length / 2);
}

const text = async (path: string) => (await fetch(front + path)).text();

test("a first install", { timeout: 1_800_000 }, async () => {
  const afresh = async () => {
    await site.call(...uninstall("base"));
    rmSync(root, { recursive: true, force: true });
  };
  await converges("base", 10, afresh, ...install("base"));
  expect((await site.call(...install("base"))).stdout).toMatch(/ unchanged \(/);
});

test("a hub's install", { timeout: 1_800_000 }, async () => {
  await converges("hub", 8, async () => void (await site.call(...uninstall("prod"))), ...install("prod"));
  expect(await text("/here/prod/greeting.txt")).toBe("one\n");
});

test("a hub's upgrade", { timeout: 1_800_000 }, async () => {
  const back = async () => {
    await site.call(...uninstall("prod"));
    await site.call(...install("prod"));
  };
  await converges("another hub's bundle", 8, back, ...install("prod2"));
  await until("the new greeting", async () => (await text("/here/prod/greeting.txt")) === "two\n");
});

test("a hub's uninstall", { timeout: 1_800_000 }, async () => {
  await converges("no hub", 8, async () => void (await site.call(...install("prod"))), ...uninstall("prod"));
});

test("the base's upgrade", { timeout: 1_800_000 }, async () => {
  const back = async () => {
    await site.call(...install("base"));
    const current = [...filesOf(root)].find(([path]) => path === "current/base")?.[1] ?? "";
    for (const name of readdirSync(join(root, "releases")))
      if (!current.endsWith(name)) rmSync(join(root, "releases", name), { recursive: true });
  };
  await converges("another base", 8, back, ...install("base2"));
  await until("the new front", async () => (await text("/healthz")) === "new\n");
});

test("the base's uninstall keeps data and secrets", { timeout: 1_800_000 }, async () => {
  await site.call(...install("base"));
  writeFileSync(join(root, "buckets/try-library/kept"), "kept", { mode: 0o644 });
  const { files, ...rest } = calm.get("nothing") as Calm;
  calm.set("nothing", { ...rest, files: new Map([...files, ["buckets/try-library/kept", "644"]]) });
  await converges("nothing", 10, async () => void (await site.call(...install("base"))), ...uninstall("base"));
  expect(site.processes()).toEqual([]);
});
