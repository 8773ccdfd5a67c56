import { join } from "node:path";
import { type Deployment, deployStack } from "./deployment";
import { type Node, withDependencies } from "./graph";
import { type RunOptions, runStacks, type StackResult } from "./run";
import { type IndexEntry, readStackJson, relativeDirectory, stackDigest } from "./stack-index";

export interface UpOptions extends RunOptions {
  /** Synth output with the stacks. */
  readonly output: string;
  readonly nodes: readonly Node[];
  readonly chosen: ReadonlySet<string>;
  readonly index: ReadonlyMap<string, IndexEntry>;
  readonly siteOf: (stack: string) => string;
}

/** Applies the chosen stacks after all that they need; each apply is recorded before it begins and when it has ended. */
export function upStacks(deployment: Deployment, options: UpOptions): Promise<StackResult[]> {
  const { output, index, siteOf } = options;
  const nodes = withDependencies(options.nodes, options.chosen);
  const work = (stack: string) => {
    const directory = join(output, "stacks", stack);
    const recorded = index.get(stack);
    const config = readStackJson(directory);
    const entry: Omit<IndexEntry, "status"> = {
      format: 1,
      stack,
      site: siteOf(stack),
      digest: stackDigest(config),
      engine: { product: deployment.engine.product, version: deployment.engine.version },
      at: new Date().toISOString(),
      dependencies: nodes.find((n) => n.name === stack)?.dependencies ?? [],
      directory: relativeDirectory(deployment.state, directory),
      config,
    };
    let latest = recorded;
    const record = async (status: IndexEntry["status"]) => {
      latest = { ...entry, status };
      await deployment.records.write(latest);
    };
    return deployStack(deployment, {
      stack,
      directory,
      kind: "apply",
      recorded,
      before: () => record("applying"),
      after: async () => {
        if (!isSame(latest, entry)) await record("applied");
      },
    });
  };
  return runStacks(nodes, work, options);
}

/** An apply that changed nothing leaves its record, so that a run without changes writes nothing. */
function isSame(recorded: IndexEntry | undefined, entry: Omit<IndexEntry, "status">): boolean {
  if (recorded?.status !== "applied") return false;
  const facts = ({ digest, directory, dependencies, engine }: Omit<IndexEntry, "status">) =>
    JSON.stringify([digest, directory, dependencies, engine]);
  return facts(recorded) === facts(entry);
}
