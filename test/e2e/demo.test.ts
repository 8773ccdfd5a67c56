import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installerEnvironment } from "../../bin/demo/installer-environment";
import { cacheDirectory } from "../../bin/engine/cache";
import { HubClient } from "../../bin/hub/client";
import { signIn } from "../../bin/hub/sign-in";
import { loadFederation } from "../../config/load";
import { newerPython, pythonEnvironment } from "../python-environment";
import {
  demoElsewhere,
  isthmus,
  isthmusOk,
  killAllOf,
  killed,
  processesOf,
  repository,
  secretsOf,
} from "./demo/federation";
import { until } from "./hpc-site/kit";
import { answers } from "./hpc-site/watch";

const stacks = ["east-base", "east-prod", "west-base", "west-prod"];
let folder: string;
let started: string;

beforeAll(async () => {
  folder = await demoElsewhere();
  started = isthmusOk(folder, "demo");
});

afterAll(() => {
  isthmus(folder, "down", "--yes");
  killAllOf(folder);
  if (process.env.KEEP_DEMO === undefined) rmSync(folder, { recursive: true, force: true });
});

function sites() {
  const { federation } = loadFederation(join(folder, "federation.yaml"));
  const [east, west] = ["east", "west"].map((id) => federation?.sites.find((s) => s.id === id));
  if (east?.provider !== "hpc" || west?.provider !== "hpc") throw new Error("the demo has no east and west");
  return { east, west };
}

function passwordOf(site: string): string {
  const status = JSON.parse(isthmusOk(folder, "status", "--json", "--show-secrets")) as {
    sites: Record<string, { hubs: { prod: { signIn: { password: string } } } }>;
  };
  return status.sites[site]?.hubs.prod.signIn.password as string;
}

test("ends with where to go, how to sign in, what was computed and how to take it down", () => {
  const { east, west } = sites();
  for (const word of [
    east.url,
    west.hubs[0]?.url,
    "password",
    "warming of North America",
    "A1B +4.89 K, E1 +2.41 K",
    "npm run stop",
  ])
    expect(started).toContain(word);
});

/** What the demo's own programs ran in: a notebook, a kernel, a cluster. It goes when they have ended, not at once. */
function passing(): number[] {
  return processesOf(folder).filter((pid) => {
    const words = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "latin1") : "";
    return /jupyterhub-singleuser|ipykernel|bin\/dask\0(scheduler|worker)|multiprocessing/.test(words);
  });
}

test("run again, it changes nothing", async () => {
  await until("the demo's notebooks and clusters are gone", async () => passing().length === 0, 120);
  const before = processesOf(folder).sort();
  const again = isthmusOk(folder, "demo");
  for (const stack of stacks) expect(again).toMatch(new RegExp(`${stack} +unchanged`));
  expect(again).not.toContain("publishing");
  expect(processesOf(folder).sort()).toEqual(before);
});

test("what was published is what the reviewed records say, whatever the format", () => {
  const { federation } = loadFederation(join(folder, "federation.yaml"));
  const paths = (federation?.sites ?? []).flatMap((site) => site.datasets.map((d) => `${site.id}/${d.id}.json`));
  expect(paths.length).toBe(8);
  for (const path of paths) {
    const recorded = readFileSync(join(folder, "catalog", path), "utf8");
    expect(recorded).toBe(readFileSync(join(repository, "config/federations/demo/catalog", path), "utf8"));
  }
});

test.each(["east", "west", "archive"])("isthmus verify %s passes, as a user would check it", (site) => {
  const report = JSON.parse(isthmusOk(folder, "verify", site, "--json")) as {
    ok: boolean;
    checks: { name?: string }[];
  };
  expect(report.ok).toBe(true);
  expect(report.checks.length).toBeGreaterThan(0);
});

/** How every client of `demo/clients.py` reads what is published. */
const zarrClients = {
  "xarray, fsspec, HTTPS": "equal",
  "xarray, fsspec, S3": "equal",
  "xarray, obstore, HTTPS": "equal",
  "xarray, obstore, S3": "equal",
  "pystac, xpystac, HTTPS": "equal",
  "pystac, xpystac, older type": "equal",
  "pystac, xpystac, S3": "equal",
  intake: "equal",
};
const imageClients = {
  "rasterio, HTTPS": "equal",
  "rasterio, S3": "equal",
  "xarray, rioxarray, HTTPS": "equal",
  "pystac, xpystac, HTTPS": "equal",
  "pystac, xpystac, S3": "equal",
  intake: "equal",
};
const everyClient = {
  "hadcm3-a1b": zarrClients,
  "hadcm3-e1": zarrClients,
  "hadcm3-e1-archived": zarrClients,
  "hadcm3-e1-v2": zarrClients,
  "hadcm3-e1-icechunk": {
    "icechunk 1, S3": "equal",
    // xpystac 0.5.0 knows Icechunk in Amazon's store only, and this one is the site's own.
    "pystac, xpystac, S3": "ValueError: Only S3 buckets are currently supported",
  },
  "hadcm3-e1-cog": imageClients,
  "hadcm3-e1-cog-archived": imageClients,
  "hadcm3-table": {
    "pyarrow, fsspec, HTTPS": "equal",
    "pyarrow, fsspec, S3": "equal",
    "pyarrow, its own S3": "equal",
    "pandas, HTTPS": "equal",
  },
};

/** An environment outside the sites, with what a stranger installs. */
function outside(name: string, python?: string): string {
  return pythonEnvironment(name, readFileSync(join(__dirname, `${name}.txt`), "utf8"), python);
}

function printed(command: string, ...args: string[]): string {
  const run = spawnSync(command, args, { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stdout + run.stderr);
  return run.stdout;
}

interface Reading {
  /** sha256 of the source's values by scenario. */
  readonly sources: Record<string, string>;
  readonly read: unknown;
}
const readings = new Map<string, Reading>();

/** What every client of `demo/clients.py` finds; each catalog is read once. */
function readFromOutside(catalog: string): Reading {
  const told = (): Reading =>
    JSON.parse(printed(outside("catalog-clients"), join(__dirname, "demo/clients.py"), catalog));
  const reading = readings.get(catalog) ?? told();
  readings.set(catalog, reading);
  return reading;
}

test("every client reads every format from outside, by any site's catalog, bit for bit as the source has it", () => {
  const { east, west } = sites();
  for (const { catalog } of [east, west]) expect(readFromOutside(catalog).read).toEqual(everyClient);
});

test("Icechunk's second major version reads the repository that the first has written, over HTTPS too", (context) => {
  const python = newerPython();
  if (!python) return context.skip("no Python from 3.12 to 3.14 on this machine: icechunk 2 needs one");
  const { east } = sites();
  const { sources } = readFromOutside(east.catalog);
  const told = printed(
    outside("icechunk-2", python),
    join(__dirname, "demo/icechunk_2.py"),
    east.catalog,
    "hadcm3-e1-icechunk",
  );
  expect(JSON.parse(told)).toEqual({ "icechunk 2, HTTPS": sources.E1, "icechunk 2, S3": sources.E1 });
});

/** Snippets of docs/formats.md: language, words after it, text with this demo's ports, and what its last comment says that it prints. */
const snippets = [
  ...readFileSync(join(repository, "docs/formats.md"), "utf8").matchAll(/^```(python|js) ?(.*)\n([\s\S]*?)^```$/gm),
].map(([, language = "", word = "", text = ""]) => ({
  language,
  word,
  text,
  prints: /(?:#|\/\/) (\S+)\s*$/.exec(text)?.[1],
}));

test.for(snippets)("docs/formats.md: $language $word prints $prints", ({ language, word, text, prints }, context) => {
  const first = new URL(sites().east.url).port.slice(0, -2);
  const here = text.replaceAll(/\b86(\d\d)\b/g, `${first}$1`);
  const own = word === "icechunk-2" ? newerPython() : undefined;
  if (word === "icechunk-2" && !own)
    return context.skip("no Python from 3.12 to 3.14 on this machine: icechunk 2 needs one");
  const python = () => outside(word || "catalog-clients", own);
  const command =
    language === "js" ? [process.execPath, "--input-type=module", "-e"] : [python(), "-W", "ignore", "-c"];
  const [program = "", ...args] = command;
  const run = spawnSync(program, [...args, here], { encoding: "utf8", cwd: repository });
  expect(run.stdout.trim(), run.stderr).toBe(prints);
});

test("of two writers of one chunk one is told of the conflict; of sixteen at once none is lost", () => {
  const told = isthmusOk(folder, "run", "east", join(__dirname, "demo/commits.py"), "--json");
  expect(JSON.parse(told)).toEqual({
    rivals: ["committed", "conflict"],
    winner: 1,
    commits: 16,
    cells: Array.from({ length: 16 }, (_, cell) => 100 + cell),
    history: 1 + 1 + 1 + 16, // the repository itself, the empty cells, the rival that won
  });
});

test("zarrita reads Zarr v2 and v3 in JavaScript, from the archive's gateway as from the owner's", async () => {
  const zarr = await import("zarrita");
  const digest = async (url: string) => {
    const store = await zarr.withMaybeConsolidatedMetadata(new zarr.FetchStore(url));
    const array = await zarr.open(zarr.root(store).resolve("air_temperature"), { kind: "array" });
    const { data } = (await zarr.get(array)) as { data: Float32Array };
    return createHash("sha256")
      .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      .digest("hex");
  };
  const { east, west } = sites();
  const { sources } = readFromOutside(east.catalog);
  expect(await digest(`${east.url}/zarr/hadcm3-a1b.zarr`)).toBe(sources.A1B);
  for (const url of [
    `${east.url}/zarr/hadcm3-e1.zarr`,
    `${east.url}/zarr/hadcm3-e1-v2.zarr`,
    `${west.url}/zarr/hadcm3-e1-archived.zarr`,
  ])
    expect(await digest(url), url).toBe(sources.E1);
});

test("a publisher may delete many keys at once, and none that is not its own", () => {
  const bucket = join(folder, ".isthmus/demo/east/buckets/demo-east-library");
  writeFileSync(join(bucket, "batch-delete-elsewhere"), "somebody else's");
  const told = isthmusOk(folder, "run", "east", join(__dirname, "demo/batch_delete.py"), "--json");
  expect(JSON.parse(told)).toEqual({ deleted: [true], refused: { "batch-delete-elsewhere": "AccessDenied" } });
  expect(existsSync(join(bucket, "batch-delete-elsewhere"))).toBe(true);
  expect(existsSync(join(bucket, "hadcm3/e1-v2/batch-delete"))).toBe(false);
  rmSync(join(bucket, "batch-delete-elsewhere"));
});

test("published again by force, everything is the same but Icechunk's history, and batch deletes are no matter", () => {
  const place = (name: string) => join(folder, ".isthmus/demo/east/buckets/demo-east-library/hadcm3", name);
  const before = readFileSync(place("e1/zarr.json"));
  const snapshots = () => readdirSync(place("e1-icechunk/snapshots")).length;
  const commits = snapshots();
  const index = Object.entries(installerEnvironment()).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
  isthmusOk(folder, "run", "east", "publish.py", ...index, "--", "--force");
  expect(readFileSync(place("e1/zarr.json")).equals(before)).toBe(true);
  expect(snapshots()).toBe(commits + 1);
  expect(isthmusOk(folder, "catalog", "record")).toContain("8 unchanged");
});

test("one browser stays signed in at two hubs of one address", async () => {
  const { east, west } = sites();
  const signal = AbortSignal.timeout(60_000);
  const clients = [east, west].map((site) => new HubClient(site.hubs[0]?.url as string, signal));
  const [first, second] = clients as [HubClient, HubClient];
  (second as { jar: HubClient["jar"] }).jar = first.jar; // ports do not part cookies: 127.0.0.1 has one jar
  await signIn(first, { user: "ada", secret: { password: passwordOf("east") } });
  await signIn(second, { user: "grace", secret: { password: passwordOf("west") } });
  for (const [client, name] of [
    [first, "ada"],
    [second, "grace"],
  ] as const) {
    const page = await fetch(client.at("hub/home"), {
      headers: { cookie: first.jar.header(client.at("hub/home")) },
      redirect: "manual",
    });
    expect(page.status, name).toBe(200);
    expect(await page.text()).toContain(name);
  }
});

test("a page that somebody puts into a bucket cannot act in the hub's origin", async () => {
  const { east } = sites();
  const evil = join(folder, ".isthmus/demo/east/buckets/demo-east-library/hadcm3/a1b/evil.html");
  writeFileSync(evil, "<script>fetch('/hub/api/user')</script>");
  const page = await fetch(`${east.url}/zarr/hadcm3-a1b.zarr/evil.html`);
  rmSync(evil);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toBe("application/octet-stream");
  expect(page.headers.get("x-content-type-options")).toBe("nosniff");
  expect(page.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
});

test("everything listens on loopback", () => {
  const { east, west } = sites();
  const hubs = [east, west].flatMap((site) => [
    site.listen.port,
    site.s3.port,
    ...Object.values(site.hubs[0]?.ports ?? {}),
  ]);
  const listening = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap(listeners);
  const ours = listening.filter(({ port }) => hubs.includes(port));
  expect(new Set(ours.map(({ port }) => port)).size).toBe(new Set(hubs).size);
  for (const { address, port } of ours) expect(address, `port ${port}`).toBe("0100007F"); // 127.0.0.1 as the kernel writes it
});

/** Listening sockets of this machine: address and port. */
function listeners(table: string): { address: string; port: number }[] {
  const rows = existsSync(table) ? readFileSync(table, "utf8").trim().split("\n").slice(1) : [];
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((columns) => columns[3] === "0A")
    .map((columns) => {
      const [address = "", port = ""] = (columns[1] ?? "").split(":");
      return { address, port: Number.parseInt(port, 16) };
    });
}

test("no secret is in config, synth output, state, logs, what is served, or arguments", () => {
  const secrets = secretsOf(folder);
  expect(secrets.length).toBeGreaterThan(10);
  const places = [
    "cdktf.out",
    "state",
    "sites",
    "catalog",
    "federation.yaml",
    ...["east", "west"].flatMap((s) =>
      ["log", "releases", "supervisor", "buckets"].map((d) => `.isthmus/demo/${s}/${d}`),
    ),
  ];
  const files = places.flatMap((place) => filesIn(join(folder, place)));
  expect(files.length).toBeGreaterThan(100);
  for (const file of files) {
    const text = readFileSync(file, "latin1");
    for (const secret of secrets) expect(text.includes(secret), relative(folder, file)).toBe(false);
  }
  for (const pid of processesOf(folder)) {
    const words = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "latin1") : "";
    for (const secret of secrets) expect(words.includes(secret), words).toBe(false);
  }
});

function filesIn(place: string): string[] {
  if (!existsSync(place)) return [];
  if (statSync(place).isFile()) return [place];
  return readdirSync(place, { recursive: true })
    .map((name) => join(place, String(name)))
    .filter((path) => existsSync(path) && statSync(path).isFile());
}

test("after a reboot, up starts what is down and nothing is lost", async () => {
  const { east } = sites();
  const health = `${east.url}/healthz`;
  // The supervisor first, so that it heals nothing: after a reboot all are gone at once.
  const supervisor = Number(readFileSync(join(folder, ".isthmus/demo/east/run/supervisord.pid"), "utf8"));
  for (const pid of [supervisor, ...processesOf(join(folder)).filter((p) => ofSite(p, "east"))]) killed(pid);
  await until("the front is gone", async () => !(await answers(health)), 120);
  expect(isthmusOk(folder, "up")).toMatch(/east +started/);
  for (const url of [health, `${east.hubs[0]?.url}hub/health`, `${east.url}/zarr/hadcm3-a1b.zarr/zarr.json`])
    await until(`${url} answers`, () => answers(url), 120);
});

function ofSite(pid: number, site: string): boolean {
  return readlinkOr(`/proc/${pid}/cwd`).startsWith(join(folder, ".isthmus/demo", site));
}

function readlinkOr(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

test("a hub goes and comes back without touching the rest", () => {
  const base = () =>
    processesOf(folder)
      .filter((p) =>
        /s3|nginx: master/.test(
          readFileSync(`/proc/${p}/comm`, "latin1") + readFileSync(`/proc/${p}/cmdline`, "latin1"),
        ),
      )
      .sort();
  const before = base();
  isthmusOk(folder, "down", "west/prod", "--yes");
  expect(base()).toEqual(before);
  isthmusOk(folder, "up", "west/prod");
  expect(base()).toEqual(before);
});

test("down leaves no process and keeps the data; cdktf deploy brings it back and cdktf destroy takes it down", async () => {
  const store = join(folder, ".isthmus/demo/east/buckets/demo-east-library/hadcm3/a1b/zarr.json");
  isthmusOk(folder, "down", "--yes");
  expect(processesOf(folder)).toEqual([]);
  expect(existsSync(store)).toBe(true);
  const { east } = sites();
  cdktf("deploy", "*", "--auto-approve");
  // fetch may first find that a connection it kept has died with the old front.
  await until("the data is served again", () => answers(`${east.url}/zarr/hadcm3-a1b.zarr/zarr.json`), 120);
  cdktf("destroy", "*", "--auto-approve");
  expect(processesOf(folder)).toEqual([]);
  expect(existsSync(store)).toBe(true);
});

function cdktf(...args: string[]): void {
  const home = join(folder, "cdktf-home");
  mkdirSync(home, { recursive: true });
  // The cache of environments stays the user's, though cdktf's settings file does not go there.
  const run = spawnSync(process.execPath, [join(repository, "node_modules/cdktf-cli/bundle/bin/cdktf"), ...args], {
    cwd: folder,
    encoding: "utf8",
    env: {
      ...process.env,
      HOME: home,
      ISTHMUS_CACHE: cacheDirectory(),
      CHECKPOINT_DISABLE: "1",
      CI: "1",
      TF_CLI_CONFIG_FILE: "/dev/null",
    },
  });
  if (run.status !== 0)
    throw new Error(`cdktf ${args.join(" ")} ended with ${run.status}:\n${run.stdout}${run.stderr}`);
}
