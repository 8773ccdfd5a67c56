import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type IndexEntry, readIndex, removeFromIndex, writeIndex } from "../engine/stack-index";
import type { StateDirectory } from "../engine/state-directory";
import { Failure } from "../failure";
import type { StateStore } from "./store";

/** Files beside the federation file. */
export class LocalStore implements StateStore {
  readonly place: string;

  constructor(private readonly directory: StateDirectory) {
    this.place = directory.root;
  }

  async records(): Promise<IndexEntry[]> {
    return [...readIndex(this.directory).values()];
  }

  async write(entry: IndexEntry): Promise<void> {
    writeIndex(this.directory, entry);
  }

  async remove(stack: string): Promise<void> {
    removeFromIndex(this.directory, stack);
  }

  async state(stack: string): Promise<string | undefined> {
    const path = this.path(stack);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  }

  async addState(stack: string, text: string): Promise<void> {
    const path = this.path(stack);
    if (existsSync(path)) throw new Failure(`there is a state ${path} already: nothing was written over it`);
    mkdirSync(this.directory.root, { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { flag: "wx", mode: 0o600 });
  }

  /** The file stays under another name. */
  async dropState(stack: string): Promise<void> {
    renameSync(this.path(stack), `${this.path(stack)}.moved`);
  }

  async isLocked(stack: string): Promise<boolean> {
    return existsSync(join(this.directory.root, `.${stack}.tfstate.lock.info`));
  }

  private path(stack: string): string {
    return join(this.directory.root, `${stack}.tfstate`);
  }
}
