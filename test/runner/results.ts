/** What a run says of one file. */
export interface FileResult {
  readonly project: string;
  /** From the project's root. */
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  /** A line for each failed test, and for a file that could not begin. */
  readonly failures: readonly string[];
  /** A line for each skipped test, with its reason. */
  readonly skipped: readonly string[];
}

export interface RunResults {
  readonly files: readonly FileResult[];
  /** Errors outside any test. */
  readonly unhandled: number;
}

/** Most files that are tried again: where more fail, it is not chance. */
const mostAgain = 3;

/**
 * Files to try once more: those that start real programs, whose failure may be the machine's. A unit's failure stands, and so
 * does an error outside any test.
 */
export function filesToTryAgain({ files, unhandled }: RunResults): string[] {
  const failed = files.filter((file) => file.failed > 0);
  const may = unhandled === 0 && failed.length <= mostAgain && failed.every(({ project }) => project !== "unit");
  return may ? failed.map(({ file }) => file) : [];
}

/** The first run with the files of the second in place of their own. */
export function replaced(first: RunResults, second: RunResults): RunResults {
  const again = new Map(second.files.map((file) => [file.file, file]));
  return {
    files: first.files.map((file) => again.get(file.file) ?? file),
    unhandled: first.unhandled + second.unhandled,
  };
}

/** What was skipped and why, and one plain line of counts. */
export function conclusion({ files, unhandled }: RunResults): string[] {
  const sum = (count: (file: FileResult) => number) => files.reduce((total, file) => total + count(file), 0);
  return [
    ...files.flatMap(({ skipped }) => skipped.map((line) => `skipped: ${line}`)),
    `${sum((file) => file.passed)} passed, ${sum((file) => file.failed) + unhandled} failed, ${sum((file) => file.skipped.length)} skipped`,
  ];
}
