import { afterEach, beforeEach, expect, test } from "vitest";
import { Lab, statesOf } from "./lab";

/** A run that is told to end while the real engine works. */
let lab: Lab;
beforeEach(() => {
  lab = new Lab();
});
afterEach(() => lab.remove());

test("the engine ends in order, its program too, nothing else starts, and the next run goes on", async () => {
  const waits = `echo $$ > ../../../pid; [ -e ../../../go ] && exit 0; echo "isthmus: waiting"; while :; do sleep 0.1; done`;
  lab.write({ "a-base": { install: `sh -c '${waits}'; exit $?` }, "a-hub": { needs: ["a-base"] } });
  lab.onLine = (line) => {
    if (line === "a-base: waiting") lab.interrupt.request();
  };
  const results = await lab.up();
  expect(statesOf(results)).toEqual({ "a-base": "failed", "a-hub": "stopped" });
  expect(results["a-base"]?.detail).toBe("interrupted");
  expect(lab.lines).toContain("interrupted: waiting for the engine to stop; a second Ctrl-C cuts it off");
  expect(lab.isGone("pid")).toBe(true);

  const next = new Lab(lab.directory);
  next.touch("go");
  expect(statesOf(await next.up())).toEqual({ "a-base": "done", "a-hub": "done" });
});

test("interrupts within a second are one", () => {
  const { interrupt } = lab;
  interrupt.request(1000);
  interrupt.request(1500);
  expect(lab.lines).toEqual([]);
  expect(interrupt.requested).toBe(true);
  interrupt.request(2100);
  expect(lab.lines).toEqual([
    "interrupted again: cutting the engine off; what it was making may be missing from its state",
  ]);
});
