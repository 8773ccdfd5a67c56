/**
 * Takes steps one after another, each whatever became of those before it: what is put away must not depend on what broke.
 *
 * @throws what the only failed step threw, or an AggregateError of all that failed
 */
export async function everyStep(...steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps)
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join("\n"));
}
