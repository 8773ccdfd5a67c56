import { z } from "zod";
import { pack } from "./fields";

/** An IANA time zone name that this Node knows. */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

export const timezone = z.string().refine(isTimezone, {
  error: pack({ message: "not a time zone", allowed: "an IANA name: Europe/Berlin, America/Los_Angeles, Etc/UTC" }),
});

/** Milliseconds that `zone` is ahead of UTC at an instant. */
function offsetAt(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(instant);
  const of = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return (
    Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) -
    Math.floor(instant / 1000) * 1000
  );
}

/** The instant at which a clock on the wall in `zone` shows this date and midnight. */
function midnight(year: number, month: number, day: number, zone: string): number {
  const wall = Date.UTC(year, month - 1, day);
  const first = wall - offsetAt(wall, zone);
  return wall - offsetAt(first, zone);
}

const date = /^(\d{4})-(\d{2})-(\d{2})$/;
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$/;

function realDate(value: string): [number, number, number] | undefined {
  const m = date.exec(value);
  if (!m) return undefined;
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])];
  const check = new Date(Date.UTC(year, month - 1, day));
  return check.getUTCMonth() === month - 1 && check.getUTCDate() === day ? [year, month, day] : undefined;
}

function isExpiry(value: string): boolean {
  if (instantPattern.test(value)) return realDate(value.slice(0, 10)) !== undefined && !Number.isNaN(Date.parse(value));
  return realDate(value) !== undefined;
}

/** A day (its end at the site) or an instant. */
export const expiry = z.string().refine(isExpiry, {
  error: pack({
    message: "not a date",
    allowed: "2026-12-18 (the end of that day at the site) or 2026-12-18T17:00:00+01:00",
  }),
});

/** The instant (ISO 8601, UTC, whole seconds) from which an expiry holds; a bare date means the end of that day in `zone`. */
export function expiryInstant(value: string, zone: string): string {
  const day = realDate(value);
  const time = day ? midnight(day[0], day[1], day[2] + 1, zone) : Date.parse(value);
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, "Z");
}
