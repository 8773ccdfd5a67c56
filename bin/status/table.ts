/** A key that belongs to the one above it. */
export function secondLevel(key: string): string {
  return `  ${key}`;
}

/** Two aligned columns, indented. */
export function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(9, ...rows.map(([key]) => key.length));
  return rows.map(([key, value]) => `  ${key.padEnd(width)} ${value}`);
}
