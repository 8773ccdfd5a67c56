import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isColoured } from "../../bin/terminal";

// The real program, in a real terminal and in a pipe: a federation that is not deployed is enough to see how it shows things.
const repository = join(__dirname, "../..");
const program = join(repository, "dist/bin/isthmus.js");
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-terminal-"));
  const from = join(repository, "config/federations/demo");
  for (const part of ["federation.yaml", "sites", "catalog"])
    cpSync(join(from, part), join(folder, part), { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function environment(more: Record<string, string>): NodeJS.ProcessEnv {
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...rest } = process.env;
  return { ...rest, TERM: "xterm", ...more };
}

/** What a terminal shows, and the exit code; `typed` once `waitFor` is seen. */
function inTerminal(
  args: readonly string[],
  { env = {}, waitFor = "", typed = "" } = {},
): { seen: string; code: number } {
  const python = process.env.ISTHMUS_PYTHON ?? "python3";
  const words = [join(__dirname, "in_terminal.py"), waitFor, typed, process.execPath, program, ...args];
  const run = spawnSync(python, words, { cwd: folder, encoding: "utf8", env: environment(env) });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as { seen: string; code: number };
}

function inPipe(args: readonly string[], env: Record<string, string> = {}): string {
  return spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: "utf8", env: environment(env) })
    .stdout;
}

const esc = "\u001b[";

test("colours: on a terminal unless NO_COLOR, in a pipe only by FORCE_COLOR", () => {
  expect(inTerminal(["status"]).seen).toContain(`${esc}33mnot installed`);
  expect(inTerminal(["status"], { env: { NO_COLOR: "1" } }).seen).not.toContain(esc);
  expect(inPipe(["status"])).not.toContain(esc);
  expect(inPipe(["status"], { FORCE_COLOR: "1" })).toContain(`${esc}33mnot installed`);
});

test("NO_COLOR that is empty says nothing, a dumb terminal has no colours, FORCE_COLOR=0 means none", () => {
  const terminal = { isTTY: true, write: () => {} };
  expect(isColoured(terminal, { NO_COLOR: "" })).toBe(true);
  expect(isColoured(terminal, { TERM: "dumb" })).toBe(false);
  expect(isColoured(terminal, { FORCE_COLOR: "0" })).toBe(false);
});

test("status --watch redraws in place; Ctrl-C gives the screen back, leaves the last look and ends with 0", () => {
  const { seen, code } = inTerminal(["status", "--watch", "1"], { waitFor: "Ctrl-C ends", typed: "\u0003" });
  expect(code).toBe(0);
  expect(seen).toContain(`${esc}?1049h`);
  const [, after = ""] = seen.split(`${esc}?1049l`);
  expect(after).toContain("stacks: 0 of 4 as the config says");
});

test("a command line that is wrong is answered with the command's own help", () => {
  const run = spawnSync(process.execPath, [program, "verify"], { cwd: folder, encoding: "utf8" });
  expect(run.status).toBe(2);
  expect(run.stderr).toContain("(`isthmus verify --help` shows how)");
});
