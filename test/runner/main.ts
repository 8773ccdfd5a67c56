import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pythonCommand } from "../../bin/python";
import { conclusion, filesToTryAgain, type RunResults, replaced } from "./results";

/**
 * `npm test`: every test; a file on real programs that failed is run once more, told as unsteady if it passes then.
 * Arguments go to vitest.
 */
async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "isthmus-test-"));
  try {
    process.exitCode = await runAll(process.argv.slice(2), join(scratch, "results.json"));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function runAll(args: readonly string[], file: string): Promise<number> {
  const code = await vitest(args, file);
  const first = read(file);
  if (!first) return code || 1;
  const again = code === 0 ? [] : filesToTryAgain(first);
  if (again.length === 0) return end(first, code);
  console.log(`\nthese files failed, and are run once more, since what they run on may have been at fault:`);
  tellFailures(first);
  const secondCode = await vitest(again, file);
  const second = read(file);
  if (!second) return end(first, code);
  console.log(
    secondCode === 0 ? "\nunsteady, failed once and passed then:" : "\nfailed at first, before the second run:",
  );
  tellFailures(first);
  return end(replaced(first, second), secondCode);
}

function end(results: RunResults, code: number): number {
  for (const line of conclusion(results)) console.log(line);
  return code;
}

function tellFailures({ files }: RunResults): void {
  for (const { file, failures } of files) for (const line of failures) console.log(`  ${file}: ${line}`);
}

function read(file: string): RunResults | undefined {
  try {
    const results = JSON.parse(readFileSync(file, "utf8")) as RunResults;
    rmSync(file);
    return results;
  } catch {
    return undefined;
  }
}

/** @returns the exit code */
function vitest(args: readonly string[], results: string): Promise<number> {
  const program = join("node_modules", "vitest", "vitest.mjs");
  // looked for once, as `npm start` does: where python3 is a version manager's script, each command would take a quarter longer
  const env = { ...process.env, ISTHMUS_PYTHON: pythonCommand(), ISTHMUS_TEST_RESULTS: results };
  const child = spawn(process.execPath, [program, "run", ...args], { stdio: "inherit", env });
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.once(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}

void main();
