import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { userPrefix } from "../../../config/names";
import { pythonEnvironment } from "../../python-environment";

/** The Python of an environment with the server that the chart's image has. */
function python(args: readonly string[], input = ""): { readonly stdout: string; readonly stderr: string } {
  const interpreter = pythonEnvironment("dask-gateway", readFileSync(join(__dirname, "server.txt"), "utf8"));
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  return spawnSync(interpreter, args, { cwd: __dirname, encoding: "utf8", env, input });
}

test("the gateway's program passes its own tests with the real server's classes", () => {
  const { stderr } = python(["-m", "unittest", "discover", "--start-directory", __dirname]);
  expect(stderr).toMatch(/\nOK\s*$/);
  expect(stderr).toMatch(/Ran [1-9]\d* tests/);
}, 300_000);

test("users have one prefix, in Python as in the config", () => {
  const users = ["ann", "ann-b2", "a--b", "1st", "Ann.B@example.org", "a_b", `x${"y".repeat(80)}@plains.example`];
  const program =
    "import sources, json, sys; from user_prefix import user_prefix as p; print(json.dumps([p(u) for u in json.load(sys.stdin)]))";
  expect(JSON.parse(python(["-c", program], JSON.stringify(users)).stdout)).toEqual(users.map(userPrefix));
});
