import { expect, test } from "vitest";
import { cfTime, isoDuration } from "../../../bin/catalog/cf-time";

function read(value: number | bigint, units: string, calendar?: string): string | null | object {
  const time = cfTime(units, calendar);
  return "unknown" in time ? time : time.format(value);
}

test.each([
  ["days", 1, "2000-01-02T00:00:00Z"],
  ["day", 0.25, "2000-01-01T06:00:00Z"],
  ["hours", 36, "2000-01-02T12:00:00Z"],
  ["h", -1, "1999-12-31T23:00:00Z"],
  ["minutes", 90, "2000-01-01T01:30:00Z"],
  ["seconds", 86_399, "2000-01-01T23:59:59Z"],
  ["milliseconds", 1500, "2000-01-01T00:00:01.500Z"],
  ["Days", 1, "2000-01-02T00:00:00Z"],
])("%s are counted from the reference", (unit, value, expected) => {
  expect(read(value, `${unit} since 2000-01-01`)).toBe(expected);
});

test.each([
  ["2000-01-01 00:00:00", "2000-01-02T00:00:00Z"],
  ["2000-01-01T12:00:00Z", "2000-01-02T12:00:00Z"],
  ["2000-1-1 6:30", "2000-01-02T06:30:00Z"],
  ["2000-01-01 00:00:00.0 UTC", "2000-01-02T00:00:00Z"],
  ["2000-01-01 00:00:00 +02:00", "2000-01-01T22:00:00Z"],
  ["2000-01-01 00:00:00 -3:30", "2000-01-02T03:30:00Z"],
  ["0001-01-01", "0001-01-02T00:00:00Z"],
])("the reference may be written %s", (reference, expected) => {
  expect(read(1, `days since ${reference}`, "proleptic_gregorian")).toBe(expected);
});

test("64-bit nanoseconds keep every millisecond", () => {
  expect(read(1_700_000_000_123_000_000n, "nanoseconds since 1970-01-01")).toBe("2023-11-14T22:13:20.123Z");
});

test.each([
  ["noleap", 59, "2000-03-01T00:00:00Z"],
  ["365_day", 365 * 100, "2100-01-01T00:00:00Z"],
  ["all_leap", 366, "2001-01-01T00:00:00Z"],
  ["360_day", 360, "2001-01-01T00:00:00Z"],
  ["proleptic_gregorian", 60, "2000-03-01T00:00:00Z"],
  ["standard", 60, "2000-03-01T00:00:00Z"],
  ["julian", 366, "2001-01-01T00:00:00Z"],
])("calendar %s has its own days", (calendar, days, expected) => {
  expect(read(days, "days since 2000-01-01", calendar)).toBe(expected);
});

test("the standard calendar goes from 4 to 15 October 1582, the proleptic one does not jump", () => {
  expect(read(1, "days since 1582-10-04")).toBe("1582-10-15T00:00:00Z");
  expect(read(1, "days since 1582-10-04", "proleptic_gregorian")).toBe("1582-10-05T00:00:00Z");
});

test("a day that the Gregorian month does not have becomes the month's last", () => {
  expect(read(59, "days since 2001-01-01", "360_day")).toBe("2001-02-28T00:00:00Z"); // 30 February
  expect(read(59, "days since 2000-01-01", "360_day")).toBe("2000-02-29T00:00:00Z");
  expect(read(59, "days since 2001-01-01", "all_leap")).toBe("2001-02-28T00:00:00Z"); // 29 February
  expect(read(59, "days since 1900-01-01", "julian")).toBe("1900-02-28T00:00:00Z"); // 29 February 1900
});

test("months and years are lengths only where all of them are equal", () => {
  expect(read(14, "months since 2000-01-01", "360_day")).toBe("2001-03-01T00:00:00Z");
  expect(read(2, "years since 2000-01-01", "360_day")).toBe("2002-01-01T00:00:00Z");
  expect(read(1, "months since 2000-01-01")).toEqual({ unknown: "units months since 2000-01-01" });
});

test("years that RFC 3339 cannot write are left open", () => {
  expect(read(-366, "days since 0000-01-01", "proleptic_gregorian")).toBeNull();
  expect(read(366, "days since 9999-01-01")).toBeNull();
});

test("what is not understood is named, not guessed", () => {
  expect(read(0, "fortnights since 2000-01-01")).toEqual({ unknown: "units fortnights since 2000-01-01" });
  expect(read(0, "days since the flood")).toEqual({ unknown: "units days since the flood" });
  expect(read(0, "days since 2000-01-01", "mayan")).toEqual({ unknown: "calendar mayan" });
});

test("distances in time are ISO 8601 durations", () => {
  const distances = [86_400_000, 21_600_000, 90_000, 31_536_000_000, 1500, 0];
  expect(distances.map((ms) => isoDuration(ms))).toEqual(["P1D", "PT6H", "PT1M30S", "P365D", "PT1.5S", "PT0S"]);
});

test("years and months are distances where all of them are equal", () => {
  const days = (n: number) => n * 86_400_000;
  expect(isoDuration(days(360), "360_day")).toBe("P1Y");
  expect(isoDuration(days(90), "360_day")).toBe("P3M");
  expect(isoDuration(days(3650), "noleap")).toBe("P10Y");
  expect(isoDuration(days(30), "noleap")).toBe("P30D");
});
