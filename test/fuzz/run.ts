import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Fuzz, type Tally } from "./property";

/** Mutations of one process: its memory of what it has seen ends with it. */
const share = 5000;

interface Message {
  readonly tally: Tally;
  readonly failure?: string;
}

const { values } = parseArgs({
  options: { seed: { type: "string" }, runs: { type: "string" }, path: { type: "string" }, share: { type: "boolean" } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const runs = Number(values.runs ?? 100_000);
if (!Number.isInteger(seed) || !Number.isInteger(runs) || runs < 1) {
  console.error("usage: npm run fuzz -- [--seed NUMBER] [--runs NUMBER] [--path PATH]: whole numbers");
  process.exit(2);
}
if (values.share) runShare();
else void runAll();

/** One process's part: tells its parent how far it is. */
function runShare(): void {
  const fuzz = new Fuzz((tally) => tally.runs % 100 === 0 && process.send?.({ tally }));
  let failure: string | undefined;
  try {
    fuzz.run(seed, runs, values.path);
  } catch (error) {
    failure = (error as Error).message;
  } finally {
    fuzz.end();
  }
  process.send?.({ tally: fuzz.tally, ...(failure === undefined ? {} : { failure }) });
  process.disconnect();
}

/** All of it, in as many processes as there are processors; the first failure ends it. */
async function runAll(): Promise<void> {
  const began = Date.now();
  const shares = Array.from({ length: Math.ceil(runs / share) }, (_, i) => ({
    seed: seed + i,
    runs: Math.min(share, runs - i * share),
    tally: undefined as Tally | undefined,
  }));
  const failures: string[] = [];
  const tell = progress(began, () => shares.flatMap((s) => (s.tally ? [s.tally] : [])));
  console.log(`fuzz: ${runs} mutations, seed ${seed}`);
  const waiting = [...shares];
  const worker = async () => {
    for (let next = waiting.shift(); next && failures.length === 0; next = waiting.shift()) {
      const own = next;
      const failure = await inProcess(own.seed, own.runs, (tally) => {
        own.tally = tally;
        tell(false);
      });
      if (failure !== undefined) failures.push(failure);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), shares.length) }, worker));
  tell(true);
  for (const failure of failures) console.error(failure);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

function inProcess(own: number, count: number, told: (tally: Tally) => void): Promise<string | undefined> {
  const path = values.path === undefined ? [] : ["--path", values.path];
  const child = fork(__filename, ["--share", "--seed", `${own}`, "--runs", `${count}`, ...path]);
  let failure: string | undefined;
  child.on("message", (message: Message) => {
    told(message.tally);
    failure = message.failure;
  });
  return new Promise((done) =>
    child.once("exit", (code, signal) =>
      done(
        failure ??
          (code === 0 ? undefined : `a share ended with ${signal ?? code}; again: --seed ${own} --runs ${count}`),
      ),
    ),
  );
}

/** Progress once a second on a terminal, every tenth of the way in a log. */
function progress(began: number, tallies: () => Tally[]): (last: boolean) => void {
  let shown = Date.now();
  let tenth = 0;
  return (last) => {
    const sum = (key: keyof Tally) => tallies().reduce((n, t) => n + t[key], 0);
    const done = sum("runs");
    const due =
      done === runs ? false : process.stdout.isTTY ? Date.now() - shown > 1000 : Math.floor((done * 10) / runs) > tenth;
    if (!due && !last) return;
    shown = Date.now();
    tenth = Math.floor((done * 10) / runs);
    const seconds = Math.max(1, Math.round((Date.now() - began) / 1000));
    const line = `fuzz: ${done} of ${runs} in ${seconds} s (${Math.round(done / seconds)}/s): ${sum("refused")} refused, ${sum("accepted")} accepted, ${sum("synthesized")} of them new and synthesized`;
    process.stdout.write(process.stdout.isTTY && !last ? `\r${line}` : `${process.stdout.isTTY ? "\r" : ""}${line}\n`);
  };
}
