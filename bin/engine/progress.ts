import { type Colour, isTerminal, type Paint, paintFor, type Screen } from "../terminal";
import type { StackResult, StackState } from "./run";

/** Shows what a run does. */
export interface Progress {
  /** A stack's new state. */
  state(result: StackResult): void;
  /** What a running stack does now. */
  step(stack: string, line: string): void;
  /** A line that belongs to no stack. */
  line(text: string): void;
  /** Takes the live lines away. */
  close(): void;
}

const colours: Partial<Record<StackState, Colour>> = {
  done: "green",
  unchanged: "dim",
  failed: "red",
  skipped: "yellow",
  stopped: "yellow",
};

/** Live lines on a terminal, plain lines elsewhere. */
export function showProgress(screen: Screen, width: number, env: NodeJS.ProcessEnv = process.env): Progress {
  const paint = paintFor(screen, env);
  return isTerminal(screen, env) ? new LiveLines(screen, width, paint) : new PlainLines(screen, width, paint);
}

/** `east-base  done 12.3 s  2 made` */
export function resultLine({ stack, state, seconds, detail, log }: StackResult, width: number, paint: Paint): string {
  const colour = colours[state];
  const word = colour === undefined ? state : paint(colour, state);
  const time = state === "done" || state === "failed" || state === "unchanged" ? ` ${seconds.toFixed(1)} s` : "";
  const place = log === undefined ? "" : `\n${" ".repeat(width)}  log: ${log}`;
  return `${stack.padEnd(width)}  ${word}${time}${detail === "" ? "" : `  ${detail}`}${place}`;
}

class PlainLines implements Progress {
  constructor(
    private readonly screen: Screen,
    private readonly width: number,
    private readonly paint: Paint,
  ) {}

  state(result: StackResult): void {
    if (result.state !== "running") this.line(resultLine(result, this.width, this.paint));
  }

  step(stack: string, line: string): void {
    this.line(`${stack.padEnd(this.width)}  ${line}`);
  }

  line(text: string): void {
    this.screen.write(`${text}\n`);
  }

  close(): void {}
}

/** One line per running stack at the bottom, redrawn; what has ended scrolls away above. */
class LiveLines implements Progress {
  private readonly running = new Map<string, { since: number; text: string }>();
  private drawn = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly screen: Screen,
    private readonly width: number,
    private readonly paint: Paint,
  ) {}

  state(result: StackResult): void {
    if (result.state === "running") this.running.set(result.stack, { since: Date.now(), text: "" });
    else this.running.delete(result.stack);
    if (result.state === "running") this.draw("");
    else this.draw(`${resultLine(result, this.width, this.paint)}\n`);
    if (this.running.size === 0) this.close();
    else this.timer ??= setInterval(() => this.draw(""), 250).unref();
  }

  step(stack: string, line: string): void {
    const entry = this.running.get(stack);
    if (!entry || line.startsWith("warning: ")) {
      this.line(`${stack.padEnd(this.width)}  ${line}`);
      return;
    }
    entry.text = line;
    this.draw("");
  }

  line(text: string): void {
    this.draw(`${text}\n`);
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.running.clear();
    this.draw("");
  }

  private draw(above: string): void {
    const up = this.drawn > 0 ? `\u001b[${this.drawn}A\r\u001b[J` : "";
    const room = Math.max(20, (this.screen.columns || 80) - 1);
    const lines = [...this.running].map(([stack, { since, text }]) => {
      const seconds = Math.round((Date.now() - since) / 1000);
      return `${stack.padEnd(this.width)}  ${seconds} s  ${text}`.slice(0, room);
    });
    this.drawn = lines.length;
    this.screen.write(up + above + lines.map((l) => `${l}\n`).join(""));
  }
}
