import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Account } from "../../bin/hub/account";
import type { Output } from "../../bin/hub/execution";
import { runProgram } from "../../bin/hub/program";
import { HubSession, withHubSession } from "../../bin/hub/session";
import { packageRoot } from "../../config/package-root";
import { baseBundle, hubBundle } from "../../constructs/hpc/programs";
import { baseInput, hubInput, sitePorts, writeBundle } from "./hpc-site/bundles";
import { Site, until } from "./hpc-site/kit";
import { publish } from "./hub-user/published";

// A person at a real hub. One server serves most tests: starting one takes seconds.
const scratch = mkdtempSync(join(tmpdir(), "isthmus-user-"));
const site = new Site(join(scratch, "site"), join(scratch, "base"));
const signal = () => AbortSignal.timeout(240_000);
let url: string;
let password: string;
let session: HubSession;

const account = (user: string, secret = password): Account => ({ user, secret: { password: secret } });

beforeAll(async () => {
  const ports = await sitePorts(1);
  const hub = hubInput(ports.front, ports.hubs[0] ?? 0);
  await site.install(writeBundle(join(scratch, "base"), baseBundle(baseInput(ports.front))));
  await site.install(writeBundle(join(scratch, "prod"), hubBundle(hub)));
  url = `${hub.url}${hub.basePath}`;
  const { stdout } = await site.call("credentials", "--id", "prod", "--json");
  ({ password } = JSON.parse(stdout) as { password: string });
  session = await HubSession.open(url, account("ada"), signal());
  await session.startServer();
});

afterAll(async () => {
  await session?.close();
  const left = servers();
  await site.call("stop");
  rmSync(scratch, { recursive: true, force: true });
  expect(left, "servers that nobody stopped").toEqual([]);
});

/** Notebook servers that run at the site. */
function servers(): string[] {
  return site.processes().filter((line) => line.includes("jupyterhub-singleuser"));
}

interface Told {
  readonly words?: readonly string[];
  readonly environment?: Record<string, string>;
  readonly deadline?: number;
  readonly in?: HubSession;
}

/** Runs one of the programs beside this file; what it printed comes along. */
async function run(file: string, { words = [], environment = {}, deadline = 120_000, in: at = session }: Told = {}) {
  const printed: Output[] = [];
  const results: Record<string, unknown>[] = [];
  const source = readFileSync(file.includes("/") ? file : join(__dirname, "hub-user", file), "utf8");
  const end = await runProgram(
    at,
    { source, file: file.replace(/.*\//, ""), arguments: words, environment },
    {
      deadline,
      onOutput: (output) => printed.push(output),
      onResult: (result) => results.push(result as Record<string, unknown>),
    },
  );
  const text = (stream: Output["stream"]) => printed.map((o) => (o.stream === stream ? o.text : "")).join("");
  return { ...end, stdout: text("stdout"), stderr: text("stderr"), results };
}

const misbehave = (...words: string[]) => run("misbehave.py", { words });

test("a wrong password is refused", async () => {
  const open = HubSession.open(url, account("ada", "wrong"), signal());
  await expect(open).rejects.toThrow("does not sign in ada: 403, the password is wrong or the user is not allowed");
});

test("an admin's name in another case is an admin's still: the users' password does not do", async () => {
  const open = HubSession.open(url, account("Admin"), signal());
  await expect(open).rejects.toThrow("does not sign in Admin: 403");
});

test("a token of the person's own signs in too, a wrong one does not", async () => {
  const token = session.client.token ?? "";
  const by = (secret: string) => HubSession.open(url, { user: "ada", secret: { token: secret } }, signal());
  expect((await by(token)).user).toBe("ada");
  await expect(by("wrong")).rejects.toThrow("does not accept the API token");
});

test("a program runs as a file would: its name, arguments, variables, output, and one result", async () => {
  const environment = { GREETING: 'grüß "Gott" \\' };
  const end = await run("misbehave.py", { words: ["tell"], environment });
  expect(end).toMatchObject({ exitCode: 0, error: undefined, stdout: "begins tell\n" });
  expect(end.result).toEqual({ name: "__main__", greeting: 'grüß "Gott" \\' });
});

test("an exception comes with Python's own traceback, of the program's frames alone", async () => {
  const { exitCode, error } = await misbehave("raise");
  expect(exitCode).toBe(1);
  expect(error).toMatchObject({ name: "ZeroDivisionError", message: "division by zero" });
  expect(error?.traceback.split("\n")[0]).toBe("Traceback (most recent call last):");
  expect(error?.traceback).toContain('File "misbehave.py", line 15, in divide\n    return 1 / by');
  expect(error?.traceback).not.toContain("run_file");
});

test("a program that ends itself says with which code, or why", async () => {
  expect(await misbehave("exit")).toMatchObject({ exitCode: 7, error: undefined });
  expect(await misbehave("complain")).toMatchObject({ exitCode: 1, error: undefined, stderr: "no data today\n" });
});

test("a kernel that dies is told, and the server lives on", async () => {
  await expect(misbehave("die")).rejects.toThrow("the kernel died");
  expect((await misbehave("exit")).exitCode).toBe(7);
});

test("a program that takes too long is interrupted, and may clean up", async () => {
  const note = join(scratch, "late");
  const late = run("misbehave.py", { words: ["wait", note], deadline: 3000 });
  await expect(late).rejects.toThrow("the program did not end within 3 s and was interrupted");
  expect(readFileSync(note, "utf8")).toBe("cleaned up");
});

test("a profile that there is none of is refused with those there are", async () => {
  const work = withHubSession(url, account("bob"), { signal: signal() }, (bob) => bob.startServer({ profile: "huge" }));
  await expect(work).rejects.toThrow("there is no profile 'huge'; there are small, medium");
});

test("a server that ran already is used, and left running", async () => {
  const before = servers();
  await withHubSession(url, account("ada"), { signal: signal() }, async (again) => {
    await again.startServer();
    expect(again.startedServer).toBe(false);
  });
  expect(servers()).toEqual(before);
});

test("given up while a program runs, the program cleans up and its server is stopped", async () => {
  const note = join(scratch, "given-up");
  const controller = new AbortController();
  const before = servers();
  const work = withHubSession(url, account("bob"), { signal: controller.signal }, async (bob) => {
    await bob.startServer();
    const source = readFileSync(join(__dirname, "hub-user", "misbehave.py"), "utf8");
    const onOutput = () => controller.abort(new Error("enough"));
    return runProgram(bob, { source, file: "misbehave.py", arguments: ["wait", note] }, { deadline: 60_000, onOutput });
  });
  await expect(work).rejects.toThrow("enough");
  expect(existsSync(note)).toBe(true);
  expect(servers()).toEqual(before);
});

/** What the verifying program finds of a dataset, by check. */
async function verified(catalog: string, noWrite: readonly object[] = []) {
  const wish = JSON.stringify({ workers: 0, deadlineSeconds: 60, noWrite });
  const told = { words: [wish], environment: { ISTHMUS_CATALOG: catalog } };
  const { results, error } = await run(join(packageRoot(), "charts", "verify", "verify.py"), told);
  expect(error).toBeUndefined();
  return Object.fromEntries(results.map((check) => [check.name, check]));
}

test("verifying tells a store as recorded from one with a changed chunk, a lost one, or no consolidated metadata", async () => {
  const store = join(scratch, "sst");
  expect(await run("write_store.py", { words: [store] })).toMatchObject({ exitCode: 0 });
  const { server, catalog } = await publish(store);
  try {
    expect(await verified(catalog)).toMatchObject({
      "the catalog is read": { state: "ok", detail: `1 datasets by ${catalog}` },
      "scratch is written, read, deleted": { state: "ok" },
      "sst opens": { state: "ok", detail: "1 variables, y 4, x 6, 0.0 MB" },
      "sst is what was recorded": { state: "ok", detail: "2 objects as recorded" },
    });
    const chunk = join(store, "sst", "c", "0", "0");
    const bytes = readFileSync(chunk);
    writeFileSync(chunk, Buffer.concat([bytes, Buffer.from("x")]));
    const changed = (await verified(catalog))["sst is what was recorded"];
    expect(changed).toMatchObject({ state: "failed", detail: expect.stringMatching(/^sst\/c\/0\/0 has sha256 /) });
    expect(changed?.fix).toMatch(/^restore or publish it again/);
    rmSync(chunk);
    expect((await verified(catalog))["sst is what was recorded"]).toMatchObject({
      state: "failed",
      detail: expect.stringMatching(/^FileNotFoundError: .*sst\/c\/0\/0$/),
    });
    writeFileSync(chunk, bytes);
    const root = JSON.parse(readFileSync(join(store, "zarr.json"), "utf8")) as object;
    writeFileSync(join(store, "zarr.json"), JSON.stringify({ ...root, consolidated_metadata: null }));
    expect((await verified(catalog))["sst opens"]).toMatchObject({
      state: "failed",
      detail: "the store has no consolidated metadata",
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("verifying finds a bucket that takes what it should refuse, and leaves nothing in it", async () => {
  const found = await verified("http://127.0.0.1:9/stac/catalog.json", [
    { url: "s3://try-library/elsewhere", options: {} },
  ]);
  expect(found["a library refuses writes"]).toMatchObject({ state: "ok" });
  expect(found["the catalog is read"]).toMatchObject({ state: "failed" });
  const open = await verified("http://127.0.0.1:9/stac/catalog.json", [{ url: "s3://try-scratch/ada", options: {} }]);
  expect(open["a library refuses writes"]).toMatchObject({
    state: "failed",
    detail: "a user of this hub could write to s3://try-scratch/ada",
  });
});

test("a proxy that dies while a program runs is told, and the server is stopped once it is back", async () => {
  const before = servers();
  const work = withHubSession(url, account("bob"), { signal: signal() }, async (bob) => {
    await bob.startServer();
    const source = readFileSync(join(__dirname, "hub-user", "misbehave.py"), "utf8");
    const onOutput = () => void site.pids().then((pids) => process.kill(pids["prod-proxy"] as number, "SIGKILL"));
    const program = { source, file: "misbehave.py", arguments: ["wait", join(scratch, "cut")] };
    return runProgram(bob, program, { deadline: 60_000, onOutput });
  });
  await expect(work).rejects.toThrow("the connection to the kernel was closed (1006)");
  await until("bob's server is gone", () => servers().length === before.length, 30);
});
