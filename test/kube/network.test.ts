import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { addRoute, missingPodNetwork, type Ranges, removeRoute } from "./network";

const routes = () => spawnSync("ip", ["route", "show", "table", "local"], { encoding: "utf8" }).stdout;

test("clusters get ranges of their own, whose addresses answer until the route goes", async ({ skip }) => {
  const missing = missingPodNetwork();
  if (missing) skip(missing);
  const folders = [1, 2].map(() => mkdtempSync(join(tmpdir(), "isthmus-route-")));
  try {
    const [one, two] = folders.map((folder) => addRoute(folder) as Ranges);
    expect(one?.pods).toMatch(/^198\.1[89]\.\d+\.1\/23$/);
    expect(two?.pods).not.toBe(one?.pods);
    const address = one?.pods.replace("1/23", "77") ?? "";
    const server = createServer();
    await new Promise<void>((done, fail) => server.once("error", fail).listen(0, address, done));
    await new Promise((done) => server.close(done));
    for (const folder of folders) removeRoute(folder);
    for (const ranges of [one, two]) expect(routes()).not.toContain(ranges?.pods.replace("1/23", "0/22"));
  } finally {
    for (const folder of folders) {
      removeRoute(folder);
      rmSync(folder, { recursive: true });
    }
  }
});
