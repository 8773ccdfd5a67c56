import { expect, test } from "vitest";
import { Execution, type Output } from "../../../bin/hub/execution";

const never = new AbortController().signal;

function execution() {
  const printed: Output[] = [];
  const results: unknown[] = [];
  const run = new Execution(
    "me",
    (output) => printed.push(output),
    (result) => results.push(result),
  );
  const tell = (msg_type: string, content: object, msg_id = "me") =>
    run.take(JSON.stringify({ parent_header: { msg_id }, header: { msg_type }, content }));
  return { run, tell, printed, results };
}

test("has ended when the kernel has replied and is idle, in whichever order", async () => {
  for (const order of [
    ["execute_reply", "status"],
    ["status", "execute_reply"],
  ]) {
    const { run, tell } = execution();
    for (const kind of order) tell(kind, kind === "status" ? { execution_state: "idle" } : { status: "ok" });
    expect(await run.until(never)).toEqual({ result: undefined, exitCode: undefined, error: undefined });
  }
});

test("output and results come as they are told; messages of other runs do not count", async () => {
  const { run, tell, printed, results } = execution();
  tell("stream", { name: "stdout", text: "one\n" });
  tell("stream", { name: "stdout", text: "not mine\n" }, "another");
  tell("display_data", { data: { "application/vnd.isthmus+json": { n: 1 } } });
  tell("display_data", { data: { "application/vnd.isthmus+json": { n: 2 }, "text/plain": "hidden" } });
  tell("display_data", { data: { "text/plain": "shown" } });
  tell("status", { execution_state: "idle" }, "another");
  tell("execute_reply", { status: "ok" });
  tell("status", { execution_state: "idle" });
  expect(await run.until(never)).toMatchObject({ result: { n: 2 } });
  expect(results).toEqual([{ n: 1 }, { n: 2 }]);
  expect(printed.map((o) => o.text)).toEqual(["one\n", "shown\n"]);
});

test("an exception has its traceback without colours", async () => {
  const { run, tell } = execution();
  tell("error", { ename: "ValueError", evalue: "no", traceback: ["\u001b[0;31mValueError\u001b[0m: no"] });
  tell("execute_reply", { status: "error", ename: "ValueError", evalue: "no", traceback: [] });
  tell("status", { execution_state: "idle" });
  const error = { name: "ValueError", message: "no", traceback: "ValueError: no" };
  expect(await run.until(never)).toMatchObject({ error });
});

test("a kernel that dies is a failure, not silence", async () => {
  const { run, tell } = execution();
  tell("status", { execution_state: "restarting" }, "nobody");
  await expect(run.until(never)).rejects.toThrow("the kernel died, as it does when its memory runs out");
});

test("a reply that it was not run at all is a failure", async () => {
  const { run, tell } = execution();
  tell("execute_reply", { status: "aborted" });
  await expect(run.until(never)).rejects.toThrow("the kernel did not run the program");
});

test("waiting ends when it is told to stop", async () => {
  const { run } = execution();
  expect(await run.until(AbortSignal.abort())).toBeUndefined();
  expect(await run.until(AbortSignal.timeout(5))).toBeUndefined();
});
