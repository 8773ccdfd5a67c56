import { buildTools, isComplete } from "./tools/build";
import { missingTools } from "./tools/tools";

const ended = new AbortController();
let building: Promise<void> = Promise.resolve();

/** Begins to build what the test bed needs, at the lowest priority, while the tests before it run; these wait for it. */
export function setup(): void {
  if (isComplete() || missingTools()) return;
  building = buildTools((line) => console.log(`kube: ${line}`), ended.signal).catch((error: Error) => {
    if (!ended.signal.aborted) console.log(`kube: ${error.message}`); // the tests say so too
  });
}

/** Ends a build that no test waited for; the next run goes on from there. */
export async function teardown(): Promise<void> {
  ended.abort();
  await building;
}
