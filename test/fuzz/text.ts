import fc from "fast-check";
import { type Example, yamlFiles } from "./examples";
import { piece } from "./values";

/** A change of a file's bytes, whatever they say. Lines and bytes are counted round: 7 of a file of five is the second. */
export type TextMutation =
  | { readonly op: "delete-line" | "repeat-line"; readonly file: string; readonly line: number }
  | { readonly op: "swap-lines"; readonly file: string; readonly line: number; readonly other: number }
  | { readonly op: "indent"; readonly file: string; readonly line: number; readonly by: number; readonly count: number }
  | {
      readonly op: "insert";
      readonly file: string;
      readonly line: number;
      readonly column: number;
      readonly text: string;
    }
  | { readonly op: "truncate"; readonly file: string; readonly byte: number }
  | { readonly op: "byte"; readonly file: string; readonly byte: number; readonly value: number }
  | { readonly op: "value"; readonly file: string; readonly line: number; readonly text: string }
  | { readonly op: "windows"; readonly file: string; readonly mark: boolean }
  | { readonly op: "remove-file" | "empty-file"; readonly file: string };

/** One change of the example's text. */
export function textMutation(example: Example): fc.Arbitrary<TextMutation> {
  const file = fc.constantFrom(...yamlFiles(example));
  const line = fc.nat({ max: 80 });
  const byte = fc.nat({ max: 4000 });
  const column = fc.nat({ max: 40 });
  const by = fc.constantFrom(-4, -2, -1, 1, 2, 4);
  const of = <T extends string>(...ops: T[]) => fc.constantFrom(...ops);
  return fc.oneof(
    fc.record({ op: of("delete-line", "repeat-line"), file, line }),
    fc.record({ op: of("swap-lines"), file, line, other: line }),
    fc.record({ op: of("indent"), file, line, by, count: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ op: of("insert"), file, line, column, text: piece }),
    fc.record({ op: of("insert"), file, line, column: fc.constant(0), text: piece }),
    fc.record({ op: of("value"), file, line, text: piece }),
    fc.record({ op: of("truncate"), file, byte }),
    fc.record({ op: of("byte"), file, byte, value: fc.constantFrom(0, 9, 13, 0x80, 0xc0, 0xed, 0xff, 0x7b, 0x27) }),
    { weight: 1, arbitrary: fc.record({ op: of("windows"), file, mark: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ op: of("remove-file", "empty-file"), file }) },
  );
}

/** A file's bytes after a change; undefined where it is gone. */
export function applyText(bytes: Buffer, mutation: TextMutation): Buffer | undefined {
  switch (mutation.op) {
    case "remove-file":
      return undefined;
    case "empty-file":
      return Buffer.alloc(0);
    case "truncate":
      return bytes.subarray(0, mutation.byte % (bytes.length + 1));
    case "byte": {
      const changed = Buffer.from(bytes);
      if (bytes.length > 0) changed[mutation.byte % bytes.length] = mutation.value;
      return changed;
    }
    case "windows":
      return Buffer.from(
        `${mutation.mark ? "\ufeff" : ""}${bytes.toString("latin1").replaceAll("\n", "\r\n")}`,
        mutation.mark ? "utf8" : "latin1",
      );
    default: {
      // Latin 1 keeps bytes that are no UTF-8; what is inserted is spelled in UTF-8.
      const lines = bytes.toString("latin1").split("\n");
      applyLines(lines, mutation);
      return Buffer.from(lines.join("\n"), "latin1");
    }
  }
}

function applyLines(lines: string[], mutation: Extract<TextMutation, { line: number }>): void {
  const n = mutation.line % lines.length;
  const line = lines[n] ?? "";
  const spelled = (text: string) => Buffer.from(text, "utf8").toString("latin1");
  switch (mutation.op) {
    case "delete-line":
      lines.splice(n, 1);
      return;
    case "repeat-line":
      lines.splice(n, 0, line);
      return;
    case "swap-lines": {
      const m = mutation.other % lines.length;
      [lines[n], lines[m]] = [lines[m] ?? "", line];
      return;
    }
    case "indent":
      for (let i = n; i < Math.min(n + mutation.count, lines.length); i++)
        lines[i] =
          mutation.by > 0
            ? " ".repeat(mutation.by) + lines[i]
            : (lines[i] ?? "").replace(new RegExp(`^ {0,${-mutation.by}}`), "");
      return;
    case "insert": {
      const column = mutation.column % (line.length + 1);
      lines[n] = line.slice(0, column) + spelled(mutation.text) + line.slice(column);
      return;
    }
    case "value":
      lines[n] = line.replace(/: .*/, () => `: ${spelled(mutation.text)}`);
  }
}
