import { type Calendar, calendarNamed, monthLength } from "./cf-calendar";

/** Milliseconds of the units that CF's time units may be in. */
const unitMilliseconds: readonly [names: RegExp, ms: number][] = [
  [/^(?:nanoseconds?|nanosecs?|ns)$/, 1e-6],
  [/^(?:microseconds?|microsecs?|us|µs)$/, 1e-3],
  [/^(?:milliseconds?|millisecs?|msecs?|ms)$/, 1],
  [/^(?:seconds?|secs?|s)$/, 1000],
  [/^(?:minutes?|mins?)$/, 60_000],
  [/^(?:hours?|hrs?|h)$/, 3_600_000],
  [/^(?:days?|d)$/, 86_400_000],
  [/^weeks?$/, 604_800_000],
];
const day = 86_400_000;

const reference =
  /^(\S+)\s+since\s+(-?\d{1,5})-(\d{1,2})-(\d{1,2})(?:(?:T|\s+)(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}(?:\.\d*)?))?)?)?\s*(?:Z|UTC|GMT|([+-]\d{1,2})(?::?(\d{2}))?)?$/i;

/** Whether these are the units of a time: `days since 1850-01-01`. */
export function isTimeUnits(units: unknown): units is string {
  return typeof units === "string" && /^\S+\s+since\s/.test(units.trim());
}

/** Reads the numbers of one CF time coordinate. */
export interface CfTime {
  /** CF's name, `standard` where the data gives none. */
  readonly calendar: string;
  /** Milliseconds of the coordinate's unit. */
  readonly unit: number;
  /**
   * The instant as RFC 3339 with the date that its calendar names. RFC 3339 knows only the Gregorian calendar: a day that
   * a month does not have there (30 February) becomes the month's last. Null for years that it cannot write.
   */
  format(value: number | bigint): string | null;
}

/** A reader for CF time units and calendar, or what of them cannot be understood. Months and years have no one length: CF advises against them. */
export function cfTime(units: string, calendarName = "standard"): CfTime | { readonly unknown: string } {
  const calendar = calendarNamed(calendarName);
  if (!calendar) return { unknown: `calendar ${calendarName}` };
  const match = reference.exec(units.trim());
  const unit = match && unitOf(match[1] ?? "", calendarName);
  if (!match || !unit) return { unknown: `units ${units}` };
  const [year, month, dayOfMonth] = [Number(match[2]), Number(match[3]), Number(match[4])];
  const clock = Number(match[5] ?? 0) * 3_600_000 + Number(match[6] ?? 0) * 60_000 + Number(match[7] ?? 0) * 1000;
  const start = calendar.days({ year, month, day: dayOfMonth });
  const offset = Math.round(clock) - zone(match[8], match[9]);
  return {
    calendar: calendarName.toLowerCase() === "gregorian" ? "standard" : calendarName.toLowerCase(),
    unit,
    format: (value) => format(calendar, start, offset + milliseconds(value, unit)),
  };
}

function unitOf(name: string, calendar: string): number | undefined {
  const found = unitMilliseconds.find(([names]) => names.test(name.toLowerCase()))?.[1];
  // Where all months are equal, they are a length.
  if (found === undefined && calendar === "360_day" && /^months?$/i.test(name)) return 30 * day;
  if (found === undefined && calendar === "360_day" && /^years?$/i.test(name)) return 360 * day;
  return found;
}

/** Whole milliseconds; 64-bit counts of small units are divided before they lose digits. */
function milliseconds(value: number | bigint, unit: number): number {
  if (typeof value === "number") return Math.round(value * unit);
  return unit < 1 ? Number(value / BigInt(Math.round(1 / unit))) : Number(value) * unit;
}

function zone(hours: string | undefined, minutes: string | undefined): number {
  if (hours === undefined) return 0;
  const sign = hours.startsWith("-") ? -1 : 1;
  return Number(hours) * 3_600_000 + sign * Number(minutes ?? 0) * 60_000;
}

function format(calendar: Calendar, start: number, ms: number): string | null {
  const date = calendar.date(start + Math.floor(ms / day));
  if (date.year < 0 || date.year > 9999) return null;
  const padded = (n: number, width: number) => String(n).padStart(width, "0");
  const dayOfMonth = Math.min(date.day, monthLength(date.year, date.month));
  const ofDay = ms - Math.floor(ms / day) * day;
  const clock = [Math.floor(ofDay / 3_600_000), Math.floor(ofDay / 60_000) % 60, Math.floor(ofDay / 1000) % 60];
  const fraction = ofDay % 1000 === 0 ? "" : `.${padded(ofDay % 1000, 3)}`;
  return `${padded(date.year, 4)}-${padded(date.month, 2)}-${padded(dayOfMonth, 2)}T${clock.map((n) => padded(n, 2)).join(":")}${fraction}Z`;
}

/** Days of a year where all years are equal: there, and only there, whole years are a distance. */
const equalYears: Readonly<Record<string, number>> = {
  "360_day": 360,
  noleap: 365,
  "365_day": 365,
  all_leap: 366,
  "366_day": 366,
};

/** A distance in time as an ISO 8601 duration: `P1D`, `PT6H`; `P1Y` and `P1M` in calendars whose years and months are equal. */
export function isoDuration(ms: number, calendar = "standard"): string {
  if (ms === 0) return "PT0S";
  const year = (equalYears[calendar] ?? Number.POSITIVE_INFINITY) * day;
  if (ms % year === 0) return `P${ms / year}Y`;
  if (calendar === "360_day" && ms % (30 * day) === 0) return `P${ms / (30 * day)}M`;
  const days = Math.floor(ms / day);
  const seconds = (ms % day) / 1000;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = Number((seconds % 60).toFixed(3));
  const clock = `${hours ? `${hours}H` : ""}${minutes ? `${minutes}M` : ""}${rest ? `${rest}S` : ""}`;
  return `P${days ? `${days}D` : ""}${clock ? `T${clock}` : ""}`;
}
