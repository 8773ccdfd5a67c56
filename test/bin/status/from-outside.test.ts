import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { IndexEntry } from "../../../bin/engine/stack-index";
import { seenFromOutside } from "../../../bin/status/from-outside";
import { hpc, siteOf } from "../../config/federation-of";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** A front that answers these parts with 200, and others with 502; what was asked for. */
async function front(...well: string[]): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    const part = /^\/a-\d+\/(.*)\/hub\/health$/.exec(url)?.[1] ?? url;
    asked.push(part);
    response.writeHead(well.includes(part) ? 200 : 502).end();
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, asked };
}

/** How a site with two hubs stands of which these stacks were handed out. */
function statusAt(port: number, ...stacks: string[]) {
  const text = hpc("a", port, "hubs: {prod: {ports: 9010}, try: {ports: 9020}}\n");
  const site = siteOf({ "sites/a.yaml": text.replace("login: here", "login: {kind: bundle}") }, "a");
  const index = new Map(stacks.map((stack) => [stack, { stack, status: "applied" } as IndexEntry]));
  return seenFromOutside(site, index, (expires) => ({ expires, expired: false, expiresAtSite: null }));
}

const all = ["a-base", "a-prod", "a-try"];

test("a site is up when its front and every hub answer", async () => {
  const { port } = await front("/healthz", "prod", "try");
  const { state, problem, hubs, data, catalog } = await statusAt(port, ...all);
  expect([state, problem, hubs.prod?.standing]).toEqual(["up", null, "deployed"]);
  expect([data, catalog]).toEqual([`http://127.0.0.1:${port}`, `http://127.0.0.1:${port}/stac/catalog.json`]);
});

test("what does not answer is told, with what helps", async () => {
  const { port } = await front("/healthz", "prod");
  const { state, problem, hubs } = await statusAt(port, ...all);
  expect([state, hubs.prod?.standing, hubs.try?.standing]).toEqual(["partly up", "deployed", "not deployed"]);
  expect(problem).toBe(
    `http://127.0.0.1:${port}/a-${port}/try/hub/health answers 502; isthmus up a prints what is run on its machine`,
  );
});

test("nobody at its address", async () => {
  const { port } = await front();
  for (const close of open.splice(0)) close();
  expect(await statusAt(port, ...all)).toMatchObject({
    state: "down",
    problem: expect.stringContaining(`http://127.0.0.1:${port}/healthz does not answer`) as string,
  });
});

test("what was not handed out is not asked for, and a site of which nothing was is not down", async () => {
  const { port, asked } = await front("/healthz", "prod", "try");
  expect((await statusAt(port, "a-base", "a-prod")).hubs.try?.standing).toBe("not deployed");
  expect(asked.sort()).toEqual(["/healthz", "prod"]);
  expect(await statusAt(port)).toMatchObject({ state: "not deployed", problem: null });
  expect(asked).toHaveLength(2);
});
