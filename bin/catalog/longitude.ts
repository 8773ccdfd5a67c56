/** A gap between neighbours on a curvilinear grid that still counts as no gap. Degrees. */
const curvilinearGap = 2;

/**
 * The span of longitudes in degrees, [west, east], each within -180..180 whatever convention the data has (0..360 too);
 * west > east where it crosses the antimeridian, -180..180 where the data goes round the earth.
 * The span is the circle without its widest gap; data without a gap wider than the others goes round.
 */
export function longitudeSpan(values: Iterable<number>, curvilinear = false): [number, number] | null {
  const circle = [...new Set([...values].filter(Number.isFinite).map((x) => modulo(x, 360)))].sort((a, b) => a - b);
  const [first, last] = [circle[0], circle.at(-1)];
  if (first === undefined || last === undefined) return null;
  const gaps = circle.map((x, i) => (circle[i + 1] ?? first + 360) - x);
  const widest = gaps.reduce((best, gap, i) => (gap > (gaps[best] ?? 0) ? i : best), 0);
  const others = gaps.filter((_, i) => i !== widest).reduce((most, gap) => Math.max(most, gap), 0);
  const enough = curvilinear ? curvilinearGap : others * 1.5;
  if (circle.length > 3 && (gaps[widest] ?? 360) <= enough) return [-180, 180];
  return [west(circle[(widest + 1) % circle.length] ?? first), east(circle[widest] ?? last)];
}

/** The span from one longitude eastwards to another of the same convention, as {@link longitudeSpan} tells it. */
export function longitudeRange(least: number, greatest: number): [number, number] {
  if (greatest - least >= 360) return [-180, 180];
  return [west(modulo(least, 360)), east(modulo(greatest, 360))];
}

function modulo(x: number, n: number): number {
  return ((x % n) + n) % n;
}

function west(x: number): number {
  return degrees(x >= 180 ? x - 360 : x);
}

function east(x: number): number {
  return degrees(x > 180 ? x - 360 : x);
}

/** A tenth of a metre is enough for finding data, and single precision has no more. */
export function degrees(x: number): number {
  return Number(x.toFixed(6)) + 0;
}
