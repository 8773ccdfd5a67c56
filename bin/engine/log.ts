import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** The log of one stack's latest run; only its owner may read it. */
export class Log {
  private readonly fd: number;

  constructor(readonly path: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.fd = openSync(path, "w", 0o600);
  }

  /** Adds lines. */
  write(text: string): void {
    writeSync(this.fd, `${text}\n`);
  }

  close(): void {
    closeSync(this.fd);
  }
}
