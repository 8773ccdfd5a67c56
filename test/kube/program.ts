import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { endAll, OWNER } from "./marks";

export interface ProgramOptions {
  readonly name: string;
  readonly argv: readonly string[];
  /** The cluster's folder, where the log goes. */
  readonly folder: string;
  /** Replaces the environment of this process, but for PATH, HOME and the owner's mark. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

let count = 0;
const running = new Set<Program>();
process.once("exit", () => {
  for (const program of running) program.signal("SIGKILL");
});

/** A program that runs beside the test, with its output in a log. */
export class Program {
  readonly log: string;
  readonly name: string;
  /** Exit code or signal, once it has ended. */
  readonly ended: Promise<number | string>;
  private readonly mark: string;
  private outcome: number | string | undefined;
  private readonly child: ChildProcess;

  constructor(options: ProgramOptions) {
    const [command = "", ...args] = options.argv;
    this.name = options.name;
    this.log = join(options.folder, `${options.name}.log`);
    this.mark = join(options.folder, `${options.name}-${++count}`);
    const out = openSync(this.log, "a");
    this.child = spawn(command, args, {
      cwd: options.cwd ?? options.folder,
      env: { PATH: process.env.PATH ?? "", HOME: options.folder, ...options.env, [OWNER]: this.mark },
      stdio: ["ignore", out, out],
      detached: true, // a group of its own, so that what it starts ends with it
    });
    closeSync(out);
    running.add(this);
    this.ended = new Promise((done) => {
      const over = (outcome: number | string) => {
        running.delete(this);
        endAll(this.mark); // as a container, which ends with its first process
        this.outcome = outcome;
        done(outcome);
      };
      this.child.once("error", (error) => over(error.message));
      this.child.once("exit", (code, signal) => over(code ?? signal ?? "unknown"));
    });
  }

  get id(): number | undefined {
    return this.child.pid;
  }

  /** Exit code or signal; nothing while it runs. */
  get result(): number | string | undefined {
    return this.outcome;
  }

  /** The end of what it wrote. */
  tail(lines = 20): string {
    return readFileSync(this.log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  }

  /** Ends it and what it started: at once, or after `grace` seconds in which it may end by itself. */
  async stop(grace = 0): Promise<void> {
    if (grace > 0 && this.outcome === undefined) {
      this.signal("SIGTERM");
      const timer = setTimeout(() => this.signal("SIGKILL"), grace * 1000);
      await this.ended;
      clearTimeout(timer);
    }
    this.signal("SIGKILL");
    await this.ended;
  }

  /** Sends a signal to it and what it started; none but SIGKILL to what has a session of its own. */
  signal(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // the group is gone
    }
    if (signal === "SIGKILL") endAll(this.mark);
  }
}
