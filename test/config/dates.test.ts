import { expect, test } from "vitest";
import { expiry, expiryInstant, isTimezone } from "../../config/schema/dates";

test.each([
  ["2026-12-18", "Etc/UTC", "2026-12-19T00:00:00Z"],
  ["2026-12-18", "Europe/Berlin", "2026-12-18T23:00:00Z"],
  // The clocks change at 03:00 on these days: the day's end has the new offset.
  ["2026-03-29", "Europe/Berlin", "2026-03-29T22:00:00Z"],
  ["2026-03-28", "Europe/Berlin", "2026-03-28T23:00:00Z"],
  ["2026-10-25", "Europe/Berlin", "2026-10-25T23:00:00Z"],
  ["2026-10-24", "Europe/Berlin", "2026-10-24T22:00:00Z"],
  ["2026-03-08", "America/Los_Angeles", "2026-03-09T07:00:00Z"],
  ["2026-03-07", "America/Los_Angeles", "2026-03-08T08:00:00Z"],
  ["2026-11-01", "America/Los_Angeles", "2026-11-02T08:00:00Z"],
  ["2026-12-31", "Asia/Kathmandu", "2026-12-31T18:15:00Z"],
  ["2026-06-01", "Pacific/Apia", "2026-06-01T11:00:00Z"],
  ["2026-06-01", "Pacific/Pago_Pago", "2026-06-02T11:00:00Z"],
  ["2028-02-29", "Pacific/Kiritimati", "2028-02-29T10:00:00Z"],
  // Samoa had no 30 December 2011: the 29th ends where the 31st begins, and so does the day that never was.
  ["2011-12-29", "Pacific/Apia", "2011-12-30T10:00:00Z"],
  ["2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z"],
  // Midnight that does not exist (clocks go from 24:00 to 01:00), and midnight that comes twice (01:00 to 00:00, 24:00 to 23:00).
  ["2023-09-02", "America/Santiago", "2023-09-03T04:00:00Z"],
  ["2023-11-04", "America/Havana", "2023-11-05T04:00:00Z"],
  ["2022-10-29", "Asia/Beirut", "2022-10-29T22:00:00Z"],
])("the end of %s in %s is %s", (day, zone, instant) => {
  expect(expiryInstant(day, zone)).toBe(instant);
});

test("an instant is itself, whatever the zone", () => {
  expect(expiryInstant("2026-12-18T17:00:00+01:00", "Asia/Tokyo")).toBe("2026-12-18T16:00:00Z");
  expect(expiryInstant("2026-12-18T17:00Z", "Asia/Tokyo")).toBe("2026-12-18T17:00:00Z");
});

test("days that there are, and those that there are not", () => {
  for (const good of ["2026-12-18", "2028-02-29", "2026-12-18T23:59:59Z", "2026-12-18T17:00-11:30"])
    expect(expiry.safeParse(good).success, good).toBe(true);
  for (const bad of [
    "2026-02-30",
    "2027-02-29",
    "2026-13-01",
    "2026-1-1",
    "26-01-01",
    "0099-01-01",
    "2026-12-18 17:00",
    "2026-12-18T17:00:00",
    "2026-12-18T25:00:00Z",
    "2026-02-30T10:00:00Z",
    "2026-12-18T10:00:00+99:00",
    "tomorrow",
    "",
  ])
    expect(expiry.safeParse(bad).success, bad).toBe(false);
});

test("zones", () => {
  for (const good of ["Etc/UTC", "UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
    expect(isTimezone(good), good).toBe(true);
  for (const bad of ["Mars/Base", "+01:00", "", "CEST/X", "Europe"]) expect(isTimezone(bad), bad).toBe(false);
});
