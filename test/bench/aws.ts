import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../config/package-root";
import { type AwsEngine, awsEngine, override } from "../aws/engine";
import { FakeAws } from "../aws/fake-aws";
import { FakeEks } from "../aws/fake-eks";
import { measureBeside } from "./measure";
import type { Row } from "./table";

const program = join(packageRoot(), "dist/bin/isthmus.js");

/** The example's stacks that stand on AWS alone. The others need a cluster. */
const stacks = ["lake", "homes", "cluster"].map((part) => `cascadia-${part}`);

/** Steps of the engine that ask the cloud of every resource; the others read files. */
const asking = ["plan", "apply", "refresh", "destroy"];

interface Account {
  readonly environment: Readonly<Record<string, string>>;
}

interface Step {
  readonly name: string;
  readonly seconds: number;
}

/**
 * Each stack of a site on AWS brought up at a local API, and again without a change: the whole of `isthmus up` against the engine's own
 * time in the same run, and how often the engine asked the cloud.
 */
export async function awsRows(scratch: string): Promise<Row[]> {
  const folder = join(scratch, "aws");
  mkdirSync(folder);
  const engine = await awsEngine(folder);
  if (typeof engine === "string") return [{ what: "up of a site on AWS", note: `not measured: ${engine}` }];
  cpSync(join(packageRoot(), "config/federations/clouds"), folder, { recursive: true });
  const started: { stop(): Promise<void> }[] = [];
  try {
    const lake = await FakeAws.start("111122223333");
    started.push(lake);
    const rest = await FakeEks.start("111122223333", "us-west-2");
    started.push(rest);
    const watched = new WatchedEngine(folder, engine);
    const rows: Row[] = [];
    for (const stack of stacks)
      rows.push(...(await rowsOf(stack, folder, watched, stack.endsWith("lake") ? lake : rest)));
    return rows;
  } finally {
    await Promise.all(started.map((one) => one.stop()));
  }
}

async function rowsOf(stack: string, folder: string, engine: WatchedEngine, account: Account): Promise<Row[]> {
  const directory = join(folder, "cdktf.out/stacks", stack);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "bench_override.tf.json"), JSON.stringify(override));
  const up = async (what: string): Promise<Row> => {
    const env = { ...account.environment, ...engine.environment };
    const { seconds, megabytes, stdout } = await measureBeside([program, "up", stack], { cwd: folder, env });
    const made = /(\d+) made/.exec(stdout)?.[1];
    const many = made === undefined ? "" : `, ${made} resources`;
    return {
      what: `${what} of ${stack} at a local API${many}`,
      seconds,
      megabytes,
      note: noteOf(seconds, engine.steps()),
    };
  };
  return [await up("up"), await up("up without a change")];
}

function noteOf(seconds: number, steps: readonly Step[]): string {
  const own = steps.reduce((sum, step) => sum + step.seconds, 0);
  const each = steps.map(({ name, seconds: s }) => `${name} ${s.toFixed(1)}`).join(", ");
  const asked = steps.filter(({ name }) => asking.includes(name)).length;
  return `${(seconds / own).toFixed(2)} x the engine's own (${each}); runs that ask the cloud: ${asked}, target 2 at most`;
}

/** The engine behind a program that notes when each of its steps began and ended. */
class WatchedEngine {
  readonly environment: Readonly<Record<string, string>>;
  private readonly log: string;

  constructor(folder: string, { engine, configFile }: AwsEngine) {
    this.log = join(folder, "engine.log");
    const command = join(folder, "engine.sh");
    const lines = [
      "#!/bin/sh",
      "began=$(date +%s%N)",
      `'${engine.command}' "$@"`,
      "status=$?",
      `echo "$1 $(($(date +%s%N) - began))" >> '${this.log}'`,
      "exit $status",
    ];
    writeFileSync(command, `${lines.join("\n")}\n`, { mode: 0o755 });
    this.environment = { ISTHMUS_ENGINE: command, TF_CLI_CONFIG_FILE: configFile };
  }

  /** Steps since they were last asked for, but that which asks for the engine's version. */
  steps(): Step[] {
    const lines = existsSync(this.log) ? readFileSync(this.log, "utf8").trimEnd().split("\n") : [];
    rmSync(this.log, { force: true });
    return lines.flatMap((line) => {
      const [name = "", nanoseconds] = line.split(" ");
      return name === "version" ? [] : [{ name, seconds: Number(nanoseconds) / 1e9 }];
    });
  }
}
