import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readIndex } from "../../../bin/engine/stack-index";
import { Lab } from "./lab";

/** What the guard refuses is never applied, in `up` and in `down`: a run on an engine whose plan is a fixture. */
let lab: Lab;
beforeEach(() => {
  lab = new Lab();
  vi.stubEnv("ISTHMUS_ENGINE", join(__dirname, "stand-in-engine.sh"));
  const bucket = { resource: { aws_s3_bucket: { scratch: {} } } };
  lab.write({ "east-lake": { more: bucket } });
  const change = {
    address: "aws_s3_bucket.scratch",
    mode: "managed",
    type: "aws_s3_bucket",
    change: { actions: ["delete"] },
  };
  writeFileSync(join(lab.output, "stacks", "east-lake", "plan.json"), JSON.stringify({ resource_changes: [change] }));
});
afterEach(() => {
  vi.unstubAllEnvs();
  lab.remove();
});

const applied = () => existsSync(join(lab.output, "stacks", "east-lake", "applied"));

test("a bucket that left the config stays until its address is given", async () => {
  const refused = await lab.up();
  expect(refused["east-lake"]?.state).toBe("failed");
  expect(refused["east-lake"]?.detail).toContain("--destroy 'east-lake:aws_s3_bucket.scratch'");
  expect(applied()).toBe(false);
  expect(readIndex(lab.state).size).toBe(0);

  expect((await lab.up(undefined, ["east-lake:aws_s3_bucket.scratch"]))["east-lake"]?.state).toBe("done");
  expect(applied()).toBe(true);
});

test("taking the stack down asks for the same", async () => {
  expect((await lab.down())["east-lake"]?.state).toBe("failed");
  expect(applied()).toBe(false);
  expect((await lab.down(undefined, ["aws_s3_bucket.scratch"]))["east-lake"]?.state).toBe("done");
});
