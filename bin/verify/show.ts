import type { Colour, Paint } from "../terminal";
import type { Check } from "./check";

const width = 52;

const colours: Readonly<Record<Check["state"], Colour>> = { ok: "green", failed: "red", skipped: "yellow" };

/** A check's line, and under a failed one what to do next. */
export function checkLine(check: Check, paint: Paint): string {
  const { state, seconds, place, name, detail, fix } = check;
  const word = { ok: "ok", failed: "FAILED", skipped: "skipped" }[state].padEnd(7);
  const line = `${paint(colours[state], word)} ${seconds.toFixed(2).padStart(6)} s  ${`${place}: ${name}`.padEnd(width)}  ${detail}`;
  return fix === undefined ? line : `${line}\n${" ".repeat(18)}next: ${fix}`;
}

/** `all 14 checks passed in 21 s` */
export function closingLine(checks: readonly Check[], seconds: number): string {
  const count = (state: Check["state"]) => checks.filter((c) => c.state === state).length;
  const failed = count("failed");
  const skipped = count("skipped") > 0 ? `, ${count("skipped")} skipped` : "";
  const total = `${checks.length} check${checks.length === 1 ? "" : "s"}`;
  const time = `in ${seconds.toFixed(1)} s`;
  const passed = `${count("ok")} of ${total} passed${skipped}`;
  if (failed > 0) return `${failed} failed, ${passed} ${time}`;
  return skipped ? `${passed} ${time}` : `${checks.length === 1 ? total : `all ${total}`} passed ${time}`;
}
