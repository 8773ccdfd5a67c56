import { setTimeout as delay } from "node:timers/promises";
import { isTerminal, type Screen } from "../terminal";
import type { Status } from "./model";

export interface WatchOptions {
  readonly screen: Screen;
  /** Seconds between two looks. */
  readonly seconds: number;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  readonly collect: () => Promise<Status>;
  readonly show: (status: Status) => string;
}

/** Looks again and again: redrawn in place on a terminal, elsewhere once as a whole and then a line for each change. */
export async function watchStatus(options: WatchOptions): Promise<void> {
  const { screen, seconds, signal, collect } = options;
  const view = isTerminal(screen) ? new Redrawn(options) : new Changes(options);
  const close = () => view.close();
  process.once("exit", close); // faults of a config that was never deployed end the process
  view.open();
  try {
    while (!signal.aborted) {
      const status = await collect();
      if (signal.aborted) break; // an interrupt reaches the programs that were asked too
      view.update(status);
      await delay(seconds * 1000, undefined, { signal }).catch(() => {});
    }
  } finally {
    process.off("exit", close);
    close();
  }
}

interface WatchView {
  open(): void;
  update(status: Status): void;
  close(): void;
}

/** The terminal's other screen: what was there before comes back, with the last picture under it. */
class Redrawn implements WatchView {
  private last = "";

  constructor(private readonly options: WatchOptions) {}

  open(): void {
    this.options.screen.write("\u001b[?1049h\u001b[?25l");
  }

  update(status: Status): void {
    const { screen, show, seconds } = this.options;
    this.last = show(status);
    const foot = `every ${seconds} s, ${clock()}; Ctrl-C ends`;
    const room = (screen.rows || 24) - 2;
    const lines = this.last.split("\n").slice(0, room);
    // each line clears what is left of the old one: no flicker, as a cleared screen would give
    screen.write(`\u001b[H${[...lines, foot].map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
  }

  close(): void {
    this.options.screen.write(`\u001b[?25h\u001b[?1049l${this.last === "" ? "" : `${this.last}\n`}`);
  }
}

class Changes implements WatchView {
  private facts: ReadonlyMap<string, string> | undefined;

  constructor(private readonly options: WatchOptions) {}

  open(): void {}

  update(status: Status): void {
    const { screen, show } = this.options;
    const facts = factsOf(status);
    const before = this.facts;
    this.facts = facts;
    if (!before) {
      screen.write(`${show(status)}\n`);
      return;
    }
    for (const name of new Set([...before.keys(), ...facts.keys()])) {
      const [was, is] = [before.get(name) ?? "gone", facts.get(name) ?? "gone"];
      if (was !== is) screen.write(`${clock()}  ${name}: ${is} (was ${was})\n`);
    }
  }

  close(): void {}
}

/** What may change, by name. */
function factsOf(status: Status): Map<string, string> {
  const facts = new Map([
    ["config", status.faults ?? "no faults"],
    ["at work", status.busy ? `isthmus ${status.busy.command} (process ${status.busy.pid})` : "nobody"],
  ]);
  for (const [id, site] of Object.entries(status.sites)) {
    facts.set(id, site.problem ?? (site.expired ? `${site.state}, expired` : site.state));
    for (const [hub, { standing, url, expired }] of Object.entries(site.hubs))
      facts.set(`${id}/${hub}`, `${standing} at ${url}${expired ? ", expired" : ""}`);
    for (const { name, state, health } of site.programs)
      facts.set(`${id} ${name}`, state === "RUNNING" && health === "down" ? "does not answer" : state);
    if (site.certificate) facts.set(`${id} certificate`, site.certificate.problem ?? "valid");
    for (const { dataset, state } of site.copies ?? []) facts.set(`${id} copy of ${dataset}`, state);
  }
  for (const { stack, standing } of status.stacks) facts.set(`stack ${stack}`, standing);
  return facts;
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}
