import { afterEach, expect, test } from "vitest";
import type { Account } from "../../../bin/hub/account";
import { runProgram } from "../../../bin/hub/program";
import { withHubSession } from "../../../bin/hub/session";
import { runWell, StandInHub, type Trouble } from "./stand-in-hub";

const ann: Account = { user: "ann", secret: { password: "right" } };
const program = { source: "pass", file: "a.py" };
const hubs: StandInHub[] = [];

afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.stop();
});

async function hubWith(trouble: Trouble): Promise<StandInHub> {
  const hub = await StandInHub.start(trouble);
  hubs.push(hub);
  return hub;
}

/** A whole visit: sign in, start, run, leave. */
function visit(hub: StandInHub, { signal = new AbortController().signal, deadline = 10_000 } = {}) {
  return withHubSession(hub.url, ann, { signal }, async (session) => {
    await session.startServer({ profile: "small" });
    return runProgram(session, program, { deadline });
  });
}

const leftBehind = (hub: StandInHub) => ({
  server: !hub.asked.includes("DELETE hub/api/users/ann/server"),
  token: !hub.asked.includes("DELETE hub/api/users/ann/tokens/a1"),
});
const nothing = { server: false, token: false };

test("a visit that goes well leaves nothing behind: kernel, server, token", async () => {
  const hub = await hubWith({ onExecute: runWell });
  expect(await visit(hub)).toMatchObject({ exitCode: 0 });
  expect(hub.asked).toContain("DELETE user/ann/api/kernels/k1");
  expect(leftBehind(hub)).toEqual(nothing);
});

test("a wrong password says so, and that is all that happens", async () => {
  const hub = await hubWith({ login: 403 });
  await expect(visit(hub)).rejects.toThrow(
    /does not sign in ann: 403, the password is wrong or the user is not allowed$/,
  );
  expect(hub.asked).toEqual(["GET hub/login", "POST hub/login"]);
});

test("nothing at the address is one line", async () => {
  const hub = await hubWith({});
  const { url } = hub;
  await hub.stop();
  hubs.pop();
  const work = withHubSession(url, ann, { signal: new AbortController().signal }, async () => {});
  await expect(work).rejects.toThrow(/^http:\/\/127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED/);
});

test("a server that fails to start gives the hub's own reason", async () => {
  const hub = await hubWith({
    progress: [{ message: "Waiting" }, { failed: true, message: "Spawn failed: no memory" }],
  });
  await expect(visit(hub)).rejects.toThrow("the server of ann did not start: Spawn failed: no memory");
  expect(leftBehind(hub)).toEqual(nothing);
});

test("a hub that refuses to start one gives its reason", async () => {
  const hub = await hubWith({ refusal: { status: 400, message: "there is no profile 'small'" } });
  await expect(visit(hub)).rejects.toThrow("the hub does not start a server for ann: there is no profile 'small'");
});

test("a hub that is being restarted while the server is to stop is asked again", async () => {
  const hub = await hubWith({ onExecute: runWell, stubborn: [502, 503] });
  await visit(hub);
  expect(hub.asked.filter((a) => a === "DELETE hub/api/users/ann/server").length).toBe(3);
});

test("a connection that breaks while a program runs is a failure, and what was started is stopped", async () => {
  const hub = await hubWith({ onExecute: (socket) => socket.terminate() });
  await expect(visit(hub)).rejects.toThrow("the connection to the kernel was closed (1006)");
  expect(leftBehind(hub)).toEqual(nothing);
});

test("a program that does not end is interrupted at its deadline", async () => {
  const hub = await hubWith({
    onExecute: (socket, message) => {
      if (!message.content.code.startsWith("run_file(")) runWell(socket, message);
    },
  });
  const late = visit(hub, { deadline: 300 });
  await expect(late).rejects.toThrow("the program did not end within 0 s and was interrupted");
  expect(hub.asked).toContain("POST user/ann/api/kernels/k1/interrupt");
  expect(leftBehind(hub)).toEqual(nothing);
});

test("given up while the server starts, it is stopped all the same", async () => {
  const hub = await hubWith({ progress: [{ message: "Waiting" }] });
  const controller = new AbortController();
  const work = withHubSession(hub.url, ann, { signal: controller.signal }, (session) =>
    session.startServer({ onProgress: () => controller.abort(new Error("enough")) }),
  );
  await expect(work).rejects.toThrow("enough");
  expect(leftBehind(hub)).toEqual(nothing);
});
