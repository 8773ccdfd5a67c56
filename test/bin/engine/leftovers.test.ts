import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endLeftovers, runMark } from "../../../bin/engine/leftovers";
import { stateDirectory } from "../../../bin/engine/state-directory";
import { Lab, statesOf } from "./lab";

/** What a run that was killed leaves at work is found by its mark and ended; a killed engine takes its programs along. */
let lab: Lab;
const started: ChildProcess[] = [];
beforeEach(() => {
  lab = new Lab();
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  lab.remove();
});

/** A process that tells how it was asked to end, marked or not; `leads` as an engine does. */
async function marked(environment: Record<string, string>, leads: boolean): Promise<ChildProcess> {
  const code = `for (const s of ["SIGINT", "SIGTERM"]) process.on(s, () => { console.log(s); process.exit(); }); console.log("up"); setInterval(() => {}, 1000)`;
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, ["-e", code], { env, detached: leads, stdio: ["ignore", "pipe", "inherit"] });
  started.push(child);
  await new Promise((ready) => child.stdout?.once("data", ready));
  return child;
}

function ending(child: ChildProcess): Promise<string> {
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    said += chunk.toString().trim();
  });
  return new Promise((done) => child.once("close", () => done(said)));
}

test.runIf(existsSync("/proc/self/environ"))(
  "engines are asked as by Ctrl-C, the rest to end; another federation's are left alone",
  async () => {
    const other = stateDirectory(lab.directory, "other");
    const engine = await marked(runMark(lab.state), true);
    const installer = await marked(runMark(lab.state), false);
    const theirs = await marked(runMark(other), true);
    const ends = Promise.all([ending(engine), ending(installer)]);
    const lines: string[] = [];
    await endLeftovers(lab.state, (line) => lines.push(line));
    expect(await ends).toEqual(["SIGINT", "SIGTERM"]);
    expect(theirs.exitCode).toBe(null);
    const ids = [engine.pid, installer.pid].sort((a = 0, b = 0) => a - b).join(", ");
    expect(lines).toEqual([`a run that was cut off has left programs at work (process ${ids}): ending them first`]);
    await endLeftovers(lab.state, (line) => lines.push(line));
    expect(lines.length).toBe(1);
  },
);

test("an engine that is killed is named, what it had started ends, and the next run goes on", async () => {
  const waits = `echo $$ > ../../../pid; [ -e ../../../go ] && exit 0; echo "isthmus: waiting"; while :; do sleep 0.1; done`;
  lab.write({ a: { install: `sh -c '${waits}'; exit $?` } });
  lab.onLine = (line) => {
    if (line === "a: waiting")
      process.kill(leaderOf(Number(readFileSync(join(lab.directory, "pid"), "utf8"))), "SIGKILL");
  };
  const { a } = await lab.up();
  expect(a).toMatchObject({ state: "failed", detail: "the engine was ended by SIGKILL in its apply" });
  expect(lab.isGone("pid")).toBe(true);
  lab.touch("go");
  expect(statesOf(await lab.up())).toEqual({ a: "done" });
});

/** The process group of a process: an engine leads the one of all that it starts. */
function leaderOf(pid: number): number {
  return Number(
    readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ")[2],
  );
}
