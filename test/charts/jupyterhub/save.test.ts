import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { jupyterHubValues } from "../../../charts/jupyterhub/values";
import { alteredSite } from "../../config/cluster-site";
import { freePort } from "../../free-ports";
import { pythonEnvironment } from "../../python-environment";
import { propsOf } from "./hub-props";

const script = join(__dirname, "../../../charts/jupyterhub/pod/save.sh");
const keys = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };

let folder = "";
let rclone = "";
let store: ChildProcess | undefined;
let url = "";

/** rclone's own S3 server on a folder, with keys. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-save-"));
  const lock = readFileSync(join(__dirname, "rclone.txt"), "utf8");
  rclone = join(dirname(pythonEnvironment("rclone", lock)), "rclone");
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  mkdirSync(join(folder, "store/alps-users"), { recursive: true });
  const args = ["serve", "s3", "--auth-key", "key,secret", "--addr", `127.0.0.1:${port}`, join(folder, "store")];
  store = spawn(rclone, args, { stdio: "ignore", env: { ...process.env, RCLONE_CONFIG: "/dev/null" } });
  const deadline = Date.now() + 60_000;
  while (!(await fetch(url).catch(() => undefined)))
    if (Date.now() > deadline) throw new Error("the store does not answer");
});

afterAll(() => {
  store?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

let home = "";
let user = "";
const saved = () => join(folder, "store/alps-users", user, "home");

/** Each test has a user of its own. */
beforeEach(() => {
  home = newHome();
  user = basename(home);
});

function newHome(): string {
  return mkdtempSync(join(folder, "home-"));
}

/** The environment of a container of the hub `hydrology` with `content: {saveTo: persistent}`, for this store and this home. */
function environment(container: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const site = alteredSite([
    "    use: course\n",
    "    use: course\n    home: none\n    content: { saveTo: persistent }\n",
  ]);
  const props = { ...propsOf("hydrology", site), storeEnvironment: { AWS_ENDPOINT_URL: url } };
  const made = jupyterHubValues(props).singleuser.initContainers.find(({ name }) => name === container);
  const own = (made?.env ?? []).map(({ name, value }) => [name, value.replace("{{user}}", user)]);
  const path = `${dirname(rclone)}:${process.env.PATH}`;
  return { ...process.env, ...Object.fromEntries(own), ...keys, PATH: path, HOME_FOLDER: home, ...more };
}

function restore(more: Readonly<Record<string, string>> = {}): string {
  const env = environment("restore-home", more);
  return spawnSync("sh", [script, "restore"], { encoding: "utf8", env }).stdout;
}

/** A server's life: files come back, somebody works, it ends. */
async function server(work: () => void, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const restored = restore(more);
  const env = environment("keep-home", more);
  const keeper = spawn("sh", [script, "keep"], { env, stdio: ["ignore", "pipe", "inherit"] });
  let said = restored;
  keeper.stdout.on("data", (text: Buffer) => {
    said += text;
  });
  await once(keeper.stdout, "data"); // it keeps now
  work();
  keeper.kill("SIGTERM");
  await once(keeper, "close");
  return said;
}

const write = (name: string, text: string) => {
  mkdirSync(dirname(join(home, name)), { recursive: true });
  writeFileSync(join(home, name), text);
};

test("what a server leaves is there for the next one, and what was removed is not", async () => {
  await server(() => {
    write("work/a.ipynb", "1");
    write("b.txt", "1");
    symlinkSync("b.txt", join(home, "link"));
  });
  home = newHome();
  await server(() => {
    expect(readFileSync(join(home, "work/a.ipynb"), "utf8")).toBe("1");
    expect(readlinkSync(join(home, "link"))).toBe("b.txt");
    rmSync(join(home, "b.txt"));
    write("work/a.ipynb", "2, longer");
  });
  home = newHome();
  restore();
  expect([existsSync(join(home, "b.txt")), readFileSync(join(home, "work/a.ipynb"), "utf8")]).toEqual([
    false,
    "2, longer",
  ]);
});

test("files are saved while the server runs", async () => {
  write("a.txt", "1");
  restore();
  const keeper = spawn("sh", [script, "keep"], {
    env: environment("keep-home", { SAVE_SECONDS: "1" }),
    stdio: "ignore",
  });
  const deadline = Date.now() + 60_000;
  while (!existsSync(join(saved(), "a.txt")) && Date.now() < deadline)
    await new Promise((done) => setTimeout(done, 50));
  keeper.kill("SIGTERM");
  await once(keeper, "exit");
  expect(readdirSync(saved())).toEqual(["a.txt"]);
});

test("caches stay here", async () => {
  await server(() => {
    for (const name of [".cache/pip/x", "m/__pycache__/x.pyc", ".ipynb_checkpoints/x", "js/node_modules/x"])
      write(name, "1");
    write("m/x.py", "1");
  });
  expect(readdirSync(saved(), { recursive: true }).sort()).toEqual(["m", "m/x.py"]);
});

test("where files could not be brought back, none of them is removed or written over", async () => {
  await server(() => write("thesis.ipynb", "a year's work"));
  home = newHome();
  const said = await server(() => {
    write("thesis.ipynb", "");
    write("new.txt", "new");
    rmSync(join(home, ".isthmus-restored"), { force: true });
  });
  expect(said).toContain("saved");
  expect(readFileSync(join(saved(), "thesis.ipynb"), "utf8")).toBe("a year's work");
  expect(readFileSync(join(saved(), "new.txt"), "utf8")).toBe("new");
});

test("a store that does not answer keeps no server from starting, and is told in the home", () => {
  const said = restore({ RCLONE_CONFIG_STORE_ENDPOINT: "http://127.0.0.1:1" });
  expect(said).toContain("not restored, so files there are left as they are");
  expect(readFileSync(join(home, ".isthmus-save.log"), "utf8")).toContain("not restored");
  expect(existsSync(join(home, ".isthmus-restored"))).toBe(false);
});
