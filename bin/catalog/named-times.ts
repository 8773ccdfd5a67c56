import { monthLength } from "./cf-calendar";

const pattern = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

/** First and last time where every name is a year, a month or a day (`1990`, `1990-06`, `1990-06-15`): the whole of each counts. */
export function namedInterval(names: readonly string[]): [string, string] | null {
  const spans = names.map(span);
  const known = spans.filter((found) => found !== undefined);
  if (known.length === 0 || known.length !== spans.length) return null;
  const [starts, ends] = [known.map(([start]) => start).sort(), known.map(([, end]) => end).sort()];
  return [`${starts[0]}T00:00:00Z`, `${ends.at(-1)}T23:59:59Z`];
}

function span(name: string): [first: string, last: string] | undefined {
  const [, year, month, day] = pattern.exec(name) ?? [];
  if (year === undefined) return undefined;
  if (month !== undefined && (Number(month) < 1 || Number(month) > 12)) return undefined;
  const length = monthLength(Number(year), Number(month ?? 12));
  if (day !== undefined && (Number(day) < 1 || Number(day) > length)) return undefined;
  return [`${year}-${month ?? "01"}-${day ?? "01"}`, `${year}-${month ?? "12"}-${day ?? length}`];
}
