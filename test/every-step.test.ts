import { expect, test } from "vitest";
import { everyStep } from "./every-step";

const fails = (message: string) => async () => {
  throw new Error(message);
};

test("steps after one that failed are taken, and what it threw is thrown", async () => {
  const taken: number[] = [];
  const steps = everyStep(
    () => taken.push(1),
    fails("gone"),
    () => taken.push(2),
  );
  await expect(steps).rejects.toThrow(/^gone$/);
  expect(taken).toEqual([1, 2]);
});

test("all that failed is told", async () => {
  await expect(everyStep(fails("one"), fails("two"))).rejects.toThrow("Error: one\nError: two");
  await expect(everyStep(() => {})).resolves.toBeUndefined();
});
