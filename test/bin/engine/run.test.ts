import { expect, test } from "vitest";
import { type Node, reversed, withDependencies, withDependents } from "../../../bin/engine/graph";
import { type Outcome, runStacks, type StackResult } from "../../../bin/engine/run";

const nodes: Node[] = [
  { name: "hub", dependencies: ["services"] },
  { name: "services", dependencies: ["cluster", "lake"] },
  { name: "cluster", dependencies: [] },
  { name: "lake", dependencies: [] },
];
const done: Outcome = { state: "done", detail: "" };
const quiet = { stopped: () => false, onState: () => {} };
const states = (results: readonly StackResult[]) => results.map((r) => `${r.stack} ${r.state}`);

test("what a stack needs, and what needs it, is found through others", () => {
  const names = (list: Node[]) => list.map((n) => n.name);
  expect(names(withDependencies(nodes, new Set(["services"])))).toEqual(["services", "cluster", "lake"]);
  expect(names(withDependents(nodes, new Set(["lake"])))).toEqual(["hub", "services", "lake"]);
  expect(reversed(nodes).find((n) => n.name === "lake")?.dependencies).toEqual(["services"]);
});

test("no more stacks than allowed run at the same time", async () => {
  let now = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++now);
    await Promise.resolve();
    now--;
    return done;
  };
  const many = ["a", "b", "c", "d", "e"].map((name) => ({ name, dependencies: [] }));
  await runStacks(many, work, { ...quiet, parallelism: 2 });
  expect(most).toBe(2);
});

test("a need that is not part of the run holds nobody up", async () => {
  expect(states(await runStacks([{ name: "a", dependencies: ["elsewhere"] }], async () => done, quiet))).toEqual([
    "a done",
  ]);
});

test("after a stop what runs ends, and nothing else starts", async () => {
  let stop = false;
  const work = async (): Promise<Outcome> => {
    stop = true;
    return { state: "failed", detail: "interrupted" };
  };
  const results = await runStacks(nodes, work, { ...quiet, parallelism: 1, stopped: () => stop });
  expect(states(results)).toEqual(["hub stopped", "services stopped", "cluster failed", "lake stopped"]);
});

test("a circle is our mistake and ends the run", async () => {
  const circle = [
    { name: "a", dependencies: ["b"] },
    { name: "b", dependencies: ["a"] },
  ];
  await expect(runStacks(circle, async () => done, quiet)).rejects.toThrow(
    "stacks wait for each other in a circle: a, b",
  );
});

test("a mistake of ours is thrown when everything else has ended", async () => {
  const ended: string[] = [];
  const work = async (stack: string) => {
    if (stack === "cluster") throw new TypeError("oops");
    ended.push(stack);
    return done;
  };
  await expect(runStacks(nodes, work, quiet)).rejects.toThrow("oops");
  expect(ended).toEqual(["lake"]);
});
