import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsEngine, awsEngine, testedProvider } from "../aws/engine";
import { type Equal, madeOnMocks, mockedAws } from "../aws/mocked";
import { exampleStacks } from "../stacks/synth-example";
import { accounts, clouds, type Expected, lookups, networks } from "./aws-mocked/expected";

let folder: string;
let engine: AwsEngine | string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-aws-mocked-"));
  engine = await awsEngine(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes what of stacks is AWS's with nothing behind the provider: the providers of Helm and Kubernetes are not at hand. */
function made(name: string, stacks: ReadonlyMap<string, string>, expected: Expected) {
  const asked = Object.entries(expected).map(([stack, equal]) => [stack, { json: stacks.get(stack) ?? "", equal }]);
  const mocked = mockedAws(testedProvider, lookups);
  return madeOnMocks(engine as AwsEngine, join(folder, "tests", name), mocked, Object.fromEntries(asked));
}

test.for([
  ["a site with everything", "clouds", clouds],
  ["a network that exists, and one zone without a way out", "networks", networks],
  ["two accounts in three regions with copies and grants", "accounts", accounts],
] as const)(
  "%s: every stack is made whole with its provider mocked, and what refers to something refers to the right one",
  async ([, name, expectedOf], { skip }) => {
    if (typeof engine === "string") return skip(engine);
    const stacks = exampleStacks(folder, `config/federations/${name}`);
    const expected = expectedOf(stacks);
    expect([...stacks.keys()].sort()).toEqual(Object.keys(expected).sort());
    for (const [stack, equal] of Object.entries(expected)) expect(equal, stack).not.toEqual([]);
    const { status, text } = await made(name, stacks, expected);
    expect(status, text).toBe(0);
    expect(text).toContain(`Success! ${stacks.size} passed, 0 failed.`);
  },
);

test("what is not so is told with the value that is there", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const stacks = exampleStacks(folder, "config/federations/clouds");
  const wrong: Equal = ["aws_ebs_volume.main.size", "1"];
  const { status, text } = await made("wrong", stacks, { "cascadia-homes": [wrong] });
  expect(status).toBe(1);
  expect(text).toContain("aws_ebs_volume.main.size is not 1");
});
