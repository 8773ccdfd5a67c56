import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { firstOfHundred, freePorts } from "./free-ports";

test("no port is given twice, and none that something listens on", async () => {
  const [one, other] = [await freePorts(60), await freePorts(60)];
  expect(new Set([...one, ...other]).size).toBe(120);
  const first = await firstOfHundred();
  const server = createServer();
  await new Promise<void>((done) => server.listen(first + 7, "127.0.0.1", done));
  expect(await firstOfHundred()).not.toBe(first);
  server.close();
});

test("processes beside each other get different ones", async () => {
  const mine = await firstOfHundred();
  const script = `require(${JSON.stringify(require.resolve("../dist/test/free-ports"))}).firstOfHundred().then(console.log)`;
  const run = () => Number(spawnSync(process.execPath, ["-e", script], { encoding: "utf8" }).stdout);
  const theirs = run();
  expect(theirs).toBeGreaterThan(0);
  expect(theirs).not.toBe(mine);
});
