import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Deployment, deployStack } from "./deployment";
import { type Node, reversed } from "./graph";
import { type RunOptions, runStacks, type StackResult } from "./run";
import { type IndexEntry, materialize } from "./stack-index";

export interface DownOptions extends RunOptions {
  /** Synth output with the stacks that are in the config. */
  readonly output: string;
  /** Stacks of the config whose state lies where it says. */
  readonly configured: ReadonlySet<string>;
  /** What goes, dependents included. */
  readonly nodes: readonly Node[];
  readonly index: ReadonlyMap<string, IndexEntry>;
}

/** Stacks of the config and those that left it but are recorded, each with what it needs. */
export function allStacks(configured: readonly Node[], index: ReadonlyMap<string, IndexEntry>): Node[] {
  const names = new Set(configured.map((n) => n.name));
  const left = [...index.values()].filter((e) => !names.has(e.stack));
  return [...configured, ...left.map((e) => ({ name: e.stack, dependencies: e.dependencies }))];
}

/** Destroys stacks, each after all that need it; a stack that left the config comes from its record. */
export function downStacks(deployment: Deployment, options: DownOptions): Promise<StackResult[]> {
  const { output, configured, index } = options;
  const work = (stack: string) => {
    const recorded = index.get(stack);
    const known = configured.has(stack);
    if (!known && !recorded) throw new Error(`no stack ${stack}`);
    const directory =
      known || !recorded ? join(output, "stacks", stack) : materialize(deployment.state, recorded, output);
    return deployStack(deployment, {
      stack,
      directory,
      kind: "destroy",
      recorded,
      before: async () => {},
      after: async () => {
        await deployment.records.remove(stack);
        if (!known) rmSync(directory, { recursive: true, force: true });
      },
    });
  };
  return runStacks(reversed(options.nodes), work, options);
}
