import type { IndexEntry } from "../engine/stack-index";

/** A place of states with the records of applies beside them. */
export interface StateStore {
  /** For people: `state/demo`, `s3://bucket/demo`. */
  readonly place: string;
  /** Every record. */
  records(): Promise<IndexEntry[]>;
  /** Writes one record as a whole or not at all. */
  write(entry: IndexEntry): Promise<void>;
  /** Forgets a stack that is gone. */
  remove(stack: string): Promise<void>;
  /** Text of a stack's state; undefined where there is none. */
  state(stack: string): Promise<string | undefined>;
  /** Puts a state where none is. @throws Failure where there is one */
  addState(stack: string, text: string): Promise<void>;
  /** Takes a state away, which was copied elsewhere. */
  dropState(stack: string): Promise<void>;
  /** Whether an engine holds the lock of a stack's state. */
  isLocked(stack: string): Promise<boolean>;
}
