import { expect, test } from "vitest";
import { fetchedCopies } from "../../config/resolve/mirrors";
import { faultsOf, hpc, load, plain } from "./federation-of";

const library = "lake: {buckets: {l: {purpose: library, public: true}}}\n";

function files(every: string) {
  const data = `datasets: {d: {${plain}, bucket: l, path: d, mirrors: {h: {bucket: l${every}}}}}\n`;
  return { "sites/g.yaml": hpc("g", 9100, library + data), "sites/h.yaml": hpc("h", 9000, library) };
}

const [hour, day] = [3600, 86_400];

test.each([
  ["", day],
  [", every: hour", hour],
  [", every: day", day],
  [", every: week", 7 * day],
  [", every: 1h", hour],
  [", every: 36h", 36 * hour],
  [", every: 2d", 2 * day],
  [", every: 3w", 21 * day],
])("a copy is looked after as often as `%s` says", (every, everySeconds) => {
  const { federation } = load(files(every));
  expect(federation && fetchedCopies(federation)).toMatchObject([{ everySeconds }]);
});

test.each(["weekly", "month", "0h", "1week", "1.5d", "2 d"])("`every: %s` is no such time", (every) => {
  expect(faultsOf(files(`, every: ${every}`))).toEqual([
    expect.stringContaining("datasets.d.mirrors.h.every: not in the form that is needed here"),
  ]);
});
