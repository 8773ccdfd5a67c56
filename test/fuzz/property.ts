import fc from "fast-check";
import { formatFaults } from "../../config/faults";
import { type Loaded, loadFederation } from "../../config/load";
import { faultOfFault } from "./check-faults";
import { told } from "./counterexample";
import { type Bytes, type Example, examples } from "./examples";
import { Folder } from "./folder";
import { type Mutated, mutated, mutatedFiles } from "./mutation";
import { SynthChecks } from "./synth-checks";

/** How many mutations there were and what became of them. */
export interface Tally {
  runs: number;
  refused: number;
  accepted: number;
  /** Of the accepted: those whose resolved federation was new, each synthesized and checked. */
  synthesized: number;
}

/** Mutates an example, and checks what the config's reader says of it and what is synthesized of what it accepts. */
export class Fuzz {
  readonly tally: Tally = { runs: 0, refused: 0, accepted: 0, synthesized: 0 };
  private readonly folders = new Map<string, Folder>();
  private readonly synths = new SynthChecks();

  constructor(private readonly tell: (tally: Tally) => void = () => undefined) {}

  /** Runs mutations of all examples; throws with the smallest counterexample. */
  run(seed: number, runs: number, path?: string): void {
    const any = fc.oneof(...examples.map(mutated));
    const property = fc.property(any, (mutation) => this.check(mutation));
    const done = fc.check(property, { seed, numRuns: runs, ...(path === undefined ? {} : { path }) });
    if (done.failed) throw new Error(told(done));
  }

  /** One mutation. */
  check(mutation: Mutated): void {
    const example = examples.find((e) => e.name === mutation.example) as Example;
    const folder = this.folderOf(example);
    const files = mutatedFiles(example, mutation);
    folder.hold(files);
    const loaded = loadFederation(folder.federation, folder.read);
    this.tally.runs++;
    if (loaded.federation) this.accept(loaded);
    else this.refuse(loaded, folder.path, files);
    this.tell(this.tally);
  }

  private accept(loaded: Loaded): void {
    this.tally.accepted++;
    if (this.synths.check(loaded)) this.tally.synthesized++;
  }

  private folderOf(example: Example): Folder {
    const folder = this.folders.get(example.name) ?? new Folder(example);
    this.folders.set(example.name, folder);
    return folder;
  }

  /** Removes the folders. */
  end(): void {
    for (const folder of this.folders.values()) folder.remove();
  }

  private refuse(loaded: Loaded, folder: string, files: Bytes): void {
    this.tally.refused++;
    if (loaded.faults.length === 0) throw new Error("neither a federation nor a fault");
    for (const fault of loaded.faults) {
      const wrong = faultOfFault(fault, folder, files);
      if (wrong) throw new Error(`a fault without use (${wrong}):\n${formatFaults([fault], "text").slice(0, 2000)}`);
    }
  }
}
