import { isTerminal, type Screen } from "./terminal";

/**
 * A line at the bottom of a terminal that says what is awaited and for how long, redrawn in place; lines that are written
 * through it scroll away above. Where there is no terminal, nothing of it is seen: only the lines remain.
 */
export class LiveLine {
  private text = "";
  private since = 0;
  private drawn = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly live: boolean;

  constructor(
    private readonly screen: Screen,
    env: NodeJS.ProcessEnv = process.env,
  ) {
    this.live = isTerminal(screen, env);
  }

  /** Says what is awaited from now on. */
  wait(text: string): void {
    if (!this.live) return;
    this.text = text;
    this.since = Date.now();
    this.timer ??= setInterval(() => this.draw(), 250).unref();
    this.draw();
  }

  /** A line that stays. */
  line(text: string): void {
    this.clear();
    this.screen.write(`${text}\n`);
    if (this.timer) this.draw();
  }

  /** Nothing is awaited any more, or somebody else is about to write. */
  end(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.clear();
  }

  private draw(): void {
    this.clear();
    const seconds = Math.round((Date.now() - this.since) / 1000);
    const room = Math.max(20, (this.screen.columns || 80) - 1);
    this.screen.write(`${this.text} ... ${seconds} s`.slice(0, room));
    this.drawn = true;
  }

  private clear(): void {
    if (this.drawn) this.screen.write("\r\u001b[K");
    this.drawn = false;
  }
}
