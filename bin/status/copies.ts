import type { Paint } from "../terminal";
import { duration } from "./duration";
import type { CopyStatus } from "./programs";

/** A line for each copy of another site's dataset: when it was last whole, and what keeps it from being so. */
export function copyRows(copies: readonly CopyStatus[], now: number, paint: Paint): [string, string][] {
  return copies.map((copy) => [
    `copy of ${copy.dataset}`,
    [standing(copy, paint), lastWhole(copy, now, paint)].filter(Boolean).join("; "),
  ]);
}

function standing({ state, problem = "", copied = 0, copiedBytes = 0 }: CopyStatus, paint: Paint): string {
  switch (state) {
    case "waiting":
      return paint("yellow", "not begun yet");
    case "copying":
      return `being copied, ${copied} objects so far (${size(copiedBytes)})`;
    case "behind":
      return paint("yellow", `behind: ${problem}`);
    case "failing":
      return paint("red", `failing: ${problem}`);
    case "whole":
      return "";
  }
}

function lastWhole({ whole, everySeconds, state }: CopyStatus, now: number, paint: Paint): string {
  if (whole === null) return state === "waiting" ? "" : paint("yellow", "never whole yet");
  const age = Math.max(0, now / 1000 - whole.at);
  const leaving = whole.leaving > 0 ? `, ${whole.leaving} more that its source has deleted` : "";
  const told = `whole ${duration(age)} ago (${whole.objects} objects, ${size(whole.bytes)}${leaving})`;
  return age > 2 * everySeconds ? paint("yellow", `behind: ${told}`) : told;
}

/** `12 kB`, `3.4 GB`. */
function size(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
