import { Failure } from "../failure";

/** One thing that was looked at. */
export interface Check {
  /** Where it was looked at from: a site (from outside), or `site/hub` (as a user of it). */
  readonly place: string;
  readonly name: string;
  readonly state: "ok" | "failed" | "skipped";
  readonly seconds: number;
  /** What was found, or why not. */
  readonly detail: string;
  /** What to do next about a failure. */
  readonly fix?: string;
}

/** A check that cannot be done, and why. */
export class Skipped extends Error {}

/** A check's reason to fail, with what to do next. */
export class Unmet extends Error {
  constructor(
    message: string,
    readonly fix: string,
  ) {
    super(message);
  }
}

/** Collects checks and shows each as it ends. */
export class Checks {
  readonly all: Check[] = [];

  /** @param onStart hears of each check as it begins */
  constructor(
    private readonly onCheck: (check: Check) => void,
    readonly onStart: (place: string, name: string) => void = () => {},
  ) {}

  get ok(): boolean {
    return this.all.every((check) => check.state !== "failed");
  }

  /** A check that was done elsewhere. */
  add(check: Check): void {
    this.all.push(check);
    this.onCheck(check);
  }

  /**
   * Does one check; a failure that a person can act on is its result, our own mistakes are thrown.
   * @param fix what to do next where the failure does not say
   */
  async run(place: string, name: string, fix: string, work: () => Promise<string>): Promise<boolean> {
    const began = performance.now();
    this.onStart(place, name);
    const told = await outcome(work, fix);
    this.add({ place, name, ...told, seconds: Number(((performance.now() - began) / 1000).toFixed(3)) });
    return told.state === "ok";
  }
}

async function outcome(work: () => Promise<string>, fix: string): Promise<Pick<Check, "state" | "detail" | "fix">> {
  try {
    return { state: "ok", detail: await work() };
  } catch (error) {
    if (error instanceof Skipped) return { state: "skipped", detail: error.message };
    if (error instanceof Unmet) return { state: "failed", detail: error.message, fix: error.fix };
    if (error instanceof Failure) return { state: "failed", detail: error.message, fix };
    throw error;
  }
}
