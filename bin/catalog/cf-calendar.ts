/*
 * The calendars of the CF conventions. A day is counted from the label 1970-01-01 of its own calendar, except that
 * julian and standard share the count of the Gregorian calendar, so that the switch of October 1582 falls in place.
 */

/** A date as its calendar names it: it need not exist in any other. */
export interface CalendarDate {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  /** From 1. */
  readonly day: number;
}

export interface Calendar {
  /** The day's number. */
  days(date: CalendarDate): number;
  /** The day with this number. */
  date(days: number): CalendarDate;
}

const common = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const leap = common.with(1, 29);

/** Every year has these months. */
function fixed(months: readonly number[]): Calendar {
  const before = months.map((_, m) => months.slice(0, m).reduce((sum, n) => sum + n, 0));
  const length = months.reduce((sum, n) => sum + n, 0);
  return {
    days: ({ year, month, day }) => (year - 1970) * length + (before[month - 1] ?? 0) + day - 1,
    date: (days) => {
      const year = Math.floor(days / length);
      const ofYear = days - year * length;
      const month = before.findLastIndex((start) => start <= ofYear);
      return { year: year + 1970, month: month + 1, day: ofYear - (before[month] ?? 0) + 1 };
    },
  };
}

/** Years from March to February, so that the leap day is the last: day of such a year, and back. */
function dayFromMarch(month: number, day: number): number {
  return Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
}

function fromMarch(year: number, ofYear: number): CalendarDate {
  const m = Math.floor((5 * ofYear + 2) / 153);
  const month = m < 10 ? m + 3 : m - 9;
  return { year: month <= 2 ? year + 1 : year, month, day: ofYear - Math.floor((153 * m + 2) / 5) + 1 };
}

const proleptic: Calendar = {
  days: ({ year, month, day }) => {
    const y = month <= 2 ? year - 1 : year;
    const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
    return 365 * y + leaps + dayFromMarch(month, day) - 719_468;
  },
  date: (days) => {
    const z = days + 719_468;
    const era = Math.floor(z / 146_097);
    const d = z - era * 146_097;
    const y = Math.floor((d - Math.floor(d / 1460) + Math.floor(d / 36_524) - Math.floor(d / 146_096)) / 365);
    return fromMarch(era * 400 + y, d - (365 * y + Math.floor(y / 4) - Math.floor(y / 100)));
  },
};

const julian: Calendar = {
  days: ({ year, month, day }) => {
    const y = month <= 2 ? year - 1 : year;
    return 365 * y + Math.floor(y / 4) + dayFromMarch(month, day) - 719_470;
  },
  date: (days) => {
    const z = days + 719_470;
    const era = Math.floor(z / 1461);
    const d = z - era * 1461;
    const y = Math.floor((d - Math.floor(d / 1460)) / 365);
    return fromMarch(era * 4 + y, d - 365 * y);
  },
};

/** The first day of the Gregorian calendar, 1582-10-15; the day before it was 1582-10-04. */
const reform = -141_427;

const standard: Calendar = {
  days: (date) => {
    const gregorian = proleptic.days(date);
    return gregorian >= reform ? gregorian : julian.days(date);
  },
  date: (days) => (days >= reform ? proleptic : julian).date(days),
};

const calendars: Readonly<Record<string, Calendar>> = {
  standard,
  gregorian: standard,
  proleptic_gregorian: proleptic,
  julian,
  noleap: fixed(common),
  "365_day": fixed(common),
  all_leap: fixed(leap),
  "366_day": fixed(leap),
  "360_day": fixed(Array.from({ length: 12 }, () => 30)),
};

/** The calendar of this CF name, undefined for one that CF does not know. */
export function calendarNamed(name: string): Calendar | undefined {
  return calendars[name.toLowerCase()];
}

/** Days of a month of the calendar that RFC 3339 is written in. */
export function monthLength(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return (isLeap ? leap : common)[month - 1] ?? 30;
}
