import type { ChildProcess } from "node:child_process";

/** Signals that end a run in an orderly way: Ctrl-C, a service manager, a closed terminal. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Interrupts closer than this (ms) are one: a terminal and a wrapper both deliver the same Ctrl-C. */
const sameInterrupt = 1000;

/** Ends a run in an orderly way: running engines are told to stop, and nothing new is started. */
export class Interrupt {
  private readonly running = new Set<ChildProcess>();
  private first: number | undefined;
  private forced = false;

  /** @param say gets what the person at the keyboard should know */
  constructor(private readonly say: (line: string) => void) {}

  /** Whether the run was told to end. */
  get requested(): boolean {
    return this.first !== undefined;
  }

  /** Catches signals until the returned function is called. */
  watch(): () => void {
    const handler = () => this.request();
    for (const signal of signals) process.on(signal, handler);
    return () => {
      for (const signal of signals) process.off(signal, handler);
    };
  }

  /**
   * Asks every running engine to stop: it finishes what cannot be cut, and writes its state. Asked again after a second,
   * engines are told to give up at once, which may lose track of what they were making.
   */
  request(now: number = Date.now()): void {
    if (this.first === undefined) {
      this.first = now;
      if (this.running.size > 0) this.say("interrupted: waiting for the engine to stop; a second Ctrl-C cuts it off");
    } else if (this.forced || now - this.first < sameInterrupt) return;
    else {
      this.forced = true;
      this.say("interrupted again: cutting the engine off; what it was making may be missing from its state");
    }
    for (const child of this.running) child.kill("SIGINT");
  }

  /** Follows an engine until it ends. It must lead a process group of its own. */
  follow(child: ChildProcess): void {
    this.running.add(child);
    child.once("exit", () => {
      this.running.delete(child);
      if (this.requested) endGroup(child);
    });
  }
}

/** A stopped engine kills its direct children only; programs that those had started are told to end here. */
function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGTERM");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
