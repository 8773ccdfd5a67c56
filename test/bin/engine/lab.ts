import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { consentOf } from "../../../bin/engine/consent";
import type { Deployment } from "../../../bin/engine/deployment";
import { allStacks, downStacks } from "../../../bin/engine/down";
import { type Engine, findEngine } from "../../../bin/engine/find";
import { type Node, readManifest, withDependents } from "../../../bin/engine/graph";
import { Interrupt } from "../../../bin/engine/interrupt";
import type { StackResult } from "../../../bin/engine/run";
import { readIndex, readStackJson } from "../../../bin/engine/stack-index";
import { type StateDirectory, stateDirectory } from "../../../bin/engine/state-directory";
import { upStacks } from "../../../bin/engine/up";
import { LocalStore } from "../../../bin/state/local-store";

/** A stack of a lab: what it runs when it is made and when it goes. */
export interface LabStack {
  readonly needs?: readonly string[];
  /** Changing it makes the stack anew. */
  readonly digest?: string;
  /** Shell commands; the working directory is the stack's. */
  readonly install?: string;
  readonly uninstall?: string;
  /** Input of the `site` resource. */
  readonly input?: Readonly<Record<string, string>>;
  /** More of Terraform's JSON. */
  readonly more?: Record<string, unknown>;
}

/** A directory with hand-made stacks, as a synth would leave them, and a real engine. */
export class Lab {
  readonly output: string;
  readonly state: StateDirectory;
  readonly lines: string[] = [];
  readonly states: string[] = [];
  readonly interrupt = new Interrupt((line) => this.hear(line));
  /** Called with each line of progress as it comes. */
  onLine: (line: string) => void = () => {};
  private found: Promise<Engine> | undefined;

  /** @param directory one that exists, to go on where an earlier lab stopped */
  constructor(readonly directory: string = mkdtempSync(join(tmpdir(), "isthmus-lab-"))) {
    this.output = join(directory, "cdktf.out");
    this.state = stateDirectory(directory, "demo");
  }

  private hear(line: string): void {
    this.lines.push(line);
    this.onLine(line);
  }

  engine(): Promise<Engine> {
    this.found ??= findEngine();
    return this.found;
  }

  /** Writes the stacks and the manifest; earlier ones that are not named again have left the config. */
  write(stacks: Readonly<Record<string, LabStack>>, output: string = this.output): void {
    const manifest: Record<string, { name: string; dependencies: readonly string[] }> = {};
    for (const entry of namesOf(output))
      if (!(entry in stacks)) rmSync(join(output, "stacks", entry), { recursive: true });
    for (const [name, stack] of Object.entries(stacks)) {
      const folder = join(output, "stacks", name);
      mkdirSync(folder, { recursive: true });
      manifest[name] = { name, dependencies: stack.needs ?? [] };
      writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify(this.json(name, stack)));
    }
    writeFileSync(join(output, "manifest.json"), JSON.stringify({ version: "0", stacks: manifest }));
  }

  private json(name: string, { digest = "1", install = "true", uninstall = "true", input = {}, more = {} }: LabStack) {
    const folder = join(this.output, "stacks", name);
    const site = {
      input: { part: name, ...input },
      provisioner: [{ "local-exec": { when: "destroy", command: uninstall } }],
    };
    const bundle = {
      triggers_replace: { digest },
      depends_on: ["terraform_data.site"],
      provisioner: [{ "local-exec": { command: install } }],
    };
    return {
      "//": { metadata: { stackName: name, version: "test" } },
      terraform: { backend: { local: { path: join(relative(folder, this.state.root), `${name}.tfstate`) } } },
      resource: { terraform_data: { site, bundle } },
      ...more,
    };
  }

  private async deployment(
    destroy: readonly string[],
    unprotected: boolean,
    nodes: readonly Node[],
  ): Promise<Deployment> {
    const index = readIndex(this.state);
    const jsons = nodes.map(({ name }) => {
      const folder = join(this.output, "stacks", name);
      const applied = index.get(name)?.config;
      return [name, [...(existsSync(folder) ? [readStackJson(folder)] : []), ...(applied ? [applied] : [])]] as const;
    });
    return {
      engine: await this.engine(),
      state: this.state,
      records: new LocalStore(this.state),
      interrupt: this.interrupt,
      progress: (stack, line) => this.hear(`${stack}: ${line}`),
      consent: consentOf(destroy, unprotected, new Map(jsons)),
    };
  }

  private readonly hooks = {
    stopped: () => this.interrupt.requested,
    onState: ({ stack, state }: StackResult) => this.states.push(`${stack} ${state}`),
  };

  async up(chosen?: readonly string[], destroy: readonly string[] = []): Promise<Record<string, StackResult>> {
    const nodes = readManifest(this.output);
    const results = await upStacks(await this.deployment(destroy, false, nodes), {
      ...this.hooks,
      output: this.output,
      nodes,
      chosen: new Set(chosen ?? nodes.map((n) => n.name)),
      index: readIndex(this.state),
      siteOf: (stack) => stack.split("-")[0] ?? stack,
    });
    return Object.fromEntries(results.map((r) => [r.stack, r]));
  }

  async down(chosen?: readonly string[], destroy: readonly string[] = []): Promise<Record<string, StackResult>> {
    const configured = readManifest(this.output);
    const index = readIndex(this.state);
    const all = allStacks(configured, index);
    const nodes = withDependents(all, new Set(chosen ?? all.map((n) => n.name)));
    const results = await downStacks(await this.deployment(destroy, true, nodes), {
      ...this.hooks,
      output: this.output,
      configured: new Set(configured.map((n) => n.name)),
      nodes,
      index,
    });
    return Object.fromEntries(results.map((r) => [r.stack, r]));
  }

  touch(name: string): void {
    writeFileSync(join(this.directory, name), "");
  }

  /** Whether the process whose number is in a file has ended. */
  isGone(name: string): boolean {
    try {
      process.kill(Number(readFileSync(join(this.directory, name), "utf8")), 0);
      return false;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ESRCH";
    }
  }

  /** What stacks' commands wrote to `../../../journal`, line by line. */
  journalLines(): string[] {
    const path = join(this.directory, "journal");
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function namesOf(output: string): string[] {
  return existsSync(join(output, "manifest.json")) ? readManifest(output).map((n) => n.name) : [];
}

/** Just the states of a run. */
export function statesOf(results: Record<string, StackResult>): Record<string, string> {
  return Object.fromEntries(Object.entries(results).map(([name, r]) => [name, r.state]));
}
