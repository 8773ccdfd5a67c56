import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { userPrefix } from "../../../config/names";
import { pythonEnvironment } from "../../python-environment";

/** The Python of an environment with what the chart's image of the hub has. */
function python(args: readonly string[], input = ""): { readonly stdout: string; readonly stderr: string } {
  const interpreter = pythonEnvironment("jupyterhub", readFileSync(join(__dirname, "hub.txt"), "utf8"));
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  return spawnSync(interpreter, args, { cwd: __dirname, encoding: "utf8", env, input });
}

test("the hub's program passes its own tests, with the real JupyterHub", { timeout: 240_000 }, () => {
  const { stderr } = python(["-m", "unittest", "discover", "--start-directory", __dirname]);
  expect(stderr).toMatch(/\nOK\s*$/);
  expect(stderr).toMatch(/Ran [1-9]\d* tests/);
});

test("users have one prefix, in Python as in the config", () => {
  const users = fc.sample(
    fc.oneof(fc.string({ unit: "binary" }), fc.emailAddress(), fc.stringMatching(/^[a-zA-Z-]{1,60}$/)),
    {
      numRuns: 500,
      seed: 5,
    },
  );
  const program =
    "import chart, json, sys; from user_prefix import user_prefix as p; print(json.dumps([p(u) for u in json.load(sys.stdin)]))";
  expect(JSON.parse(python(["-c", program], JSON.stringify(users)).stdout)).toEqual(users.map(userPrefix));
});
