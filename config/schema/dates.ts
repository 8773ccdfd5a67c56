import { z } from "zod";
import { pack } from "./fields";

/** Formatters are slow to make and a federation has few zones. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  clocks.set(zone, made);
  return made;
}

/** An IANA time zone name that this Node knows. */
export function isTimezone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    clock(name);
    return true;
  } catch {
    return false;
  }
}

export const timezone = z.string().refine(isTimezone, {
  error: pack({ message: "not a time zone", allowed: "an IANA name: Europe/Berlin, America/Los_Angeles, Etc/UTC" }),
});

/** What a clock on the wall in `zone` shows at an instant, as if it were UTC. Milliseconds. */
function wallAt(instant: number, zone: string): number {
  const parts = clock(zone).formatToParts(instant);
  const of = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
}

/** Milliseconds by which clocks in `zone` are ahead of UTC at an instant. */
export function wallClockOffset(instant: number, zone: string): number {
  return wallAt(instant, zone) - instant;
}

const hour = 3_600_000;

/**
 * The instant at which a day begins in `zone`: the first one from which the wall shows this day or a later one. Clocks
 * change at midnight in some zones (the day then begins at 01:00, or midnight comes twice), and a zone may skip a whole day.
 */
function dayStart(year: number, month: number, day: number, zone: string): number {
  const wall = Date.UTC(year, month - 1, day);
  // The offset before and after any change nearby; no zone is more than 26 hours from another.
  const offsets = [wall - 26 * hour, wall + 26 * hour].map((t) => wallAt(t, zone) - t);
  const candidates = offsets.map((offset) => wall - offset).sort((a, b) => a - b);
  const begins = (t: number) => wallAt(t, zone) >= wall && wallAt(t - 1000, zone) < wall;
  return candidates.find(begins) ?? (candidates.at(-1) as number);
}

const date = /^(\d{4})-(\d{2})-(\d{2})$/;
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$/;

function realDate(value: string): [number, number, number] | undefined {
  const m = date.exec(value);
  if (!m) return undefined;
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])];
  const check = new Date(Date.UTC(year, month - 1, day));
  if (year < 2000 || year > 2199) return undefined;
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
  const time = day ? dayStart(day[0], day[1], day[2] + 1, zone) : Date.parse(value);
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, "Z");
}
