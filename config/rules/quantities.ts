/** Memory as the config writes it, rounded down, so that it may be copied where it is the most that fits. */
export function memoryText(bytes: number): string {
  const gi = bytes / 2 ** 30;
  return gi >= 1 ? `${Math.floor(gi * 100) / 100}Gi` : `${Math.floor(bytes / 2 ** 20)}Mi`;
}

/** `1 hub`, `2 hubs`. */
export function counted(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}
