/** Edit distance with transpositions (optimal string alignment), enough for typing slips. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1);
      (rows[i] as number[]).push(best);
    }
  }
  return at(a.length, b.length);
}

/** The candidate that was probably meant, or undefined; a third of the letters may be wrong, at most three. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length < 2 || word.length > 60) return undefined;
  const limit = Math.min(3, Math.max(1, Math.floor(word.length / 3)));
  const plain = (s: string) => s.toLowerCase().replaceAll(/[-_]/g, "");
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of candidates) {
    const d = plain(candidate) === plain(word) ? 0 : distance(word, candidate);
    if (d < least) [best, least] = [candidate, d];
  }
  return best;
}

/** `did you mean "library"?` for a slip, otherwise undefined. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const best = suggest(word, candidates);
  return best === undefined ? undefined : `did you mean "${best}"?`;
}

/** A list for a message: at most 20 names. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return "nothing (none is defined)";
  return names.length <= 20 ? names.join(", ") : `${names.slice(0, 20).join(", ")} and ${names.length - 20} more`;
}
