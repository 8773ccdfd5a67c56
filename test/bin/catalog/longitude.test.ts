import { expect, test } from "vitest";
import { longitudeSpan } from "../../../bin/catalog/longitude";

function range(first: number, last: number, step: number): number[] {
  return Array.from({ length: Math.round((last - first) / step) + 1 }, (_, i) => first + i * step);
}

test.each([
  ["a region, -180..180", range(-10, 30, 2.5), [-10, 30]],
  ["a region, 0..360", range(225, 315, 3.75), [-135, -45]],
  ["a region around Greenwich, 0..360 and not in order", [...range(340, 357.5, 2.5), ...range(0, 20, 2.5)], [-20, 20]],
  ["the Pacific, 0..360: west is greater than east", range(150, 220, 2), [150, -140]],
  ["the Pacific, beyond -180", range(-200, -150, 5), [160, -150]],
  ["round the earth, 0..360", range(0, 357.5, 2.5), [-180, 180]],
  ["round the earth, -180..180", range(-179.5, 179.5, 1), [-180, 180]],
  ["round the earth, with the first again at the end", range(0, 360, 5), [-180, 180]],
  ["half the earth, eastern", range(0, 180, 10), [0, 180]],
  ["half the earth, western", range(180, 350, 10), [-180, -10]],
  ["a place", [237.6], [-122.4, -122.4]],
  ["two places", [10, 350], [-10, 10]],
])("%s", (_, values, expected) => {
  expect(longitudeSpan(values)).toEqual(expected);
});

test("a curvilinear grid goes round the earth when no gap is wider than its cells can be", () => {
  const tripolar = range(0, 359, 1).map((x, i) => x + (i % 7) / 10);
  expect(longitudeSpan(tripolar, true)).toEqual([-180, 180]);
  expect(longitudeSpan(range(300, 350, 0.5), true)).toEqual([-60, -10]);
});

test("nothing but missing values has no span", () => {
  expect(longitudeSpan([Number.NaN])).toBeNull();
});
