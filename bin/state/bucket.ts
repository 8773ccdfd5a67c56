/** One thing that a bucket of state has. */
export interface Aspect {
  /** For people: what it is. */
  readonly name: string;
  /** For people: that it was made so. */
  readonly done: string;
}

/** How a bucket of state stands. */
export interface Survey {
  readonly place: { readonly bucket: string; readonly region: string };
  readonly exists: boolean;
  /** What it lacks. */
  readonly lacks: readonly Aspect[];
  /** What this store has no means for. */
  readonly without: readonly string[];
}

/** A bucket of state: looked at, made, put right. */
export interface StateBucket {
  /** Changes nothing. @throws Failure for a bucket that is somebody else's */
  survey(): Promise<Survey>;
  /** Makes what a survey found missing; tells each step, and what it came to. */
  putRight(survey: Survey, say: (line: string) => void): Promise<Survey>;
  /** Tries whether two engines could hold one lock. @throws Failure where they could */
  tryLocks(): Promise<void>;
}
