import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

/** Signals that end a run in an orderly way: Ctrl-C, a service manager, a closed terminal. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Interrupts closer than this (ms) are one: a terminal and a wrapper both deliver the same Ctrl-C. */
const sameInterrupt = 1000;

/** How long (ms) programs of a stopped engine may take to end. */
const groupDeadline = 10_000;

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
    child.once("exit", () => this.running.delete(child));
  }

  /** After an engine that was told to stop, or `died` of a signal: it kills its direct children at most, so programs that those had started are ended here. */
  async settle(child: ChildProcess, died: boolean): Promise<void> {
    if (!(this.requested || died) || child.pid === undefined) return;
    const end = Date.now() + groupDeadline;
    let alive = signalGroup(child.pid, "SIGTERM");
    while (alive && Date.now() < end) {
      await delay(50);
      alive = signalGroup(child.pid, 0);
    }
    if (alive) signalGroup(child.pid, "SIGKILL");
  }
}

/** Sends a signal to a process group; whether there is one. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
