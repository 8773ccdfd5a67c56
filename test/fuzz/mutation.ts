import fc from "fast-check";
import type { Bytes, Example } from "./examples";
import { applyText, type TextMutation, textMutation } from "./text";
import { applyTree, type Data, dataOf, type TreeMutation, textOf, treeMutation } from "./tree";

/** What was done to an example: first to its data, then to its text. */
export interface Mutated {
  readonly example: string;
  readonly tree: readonly TreeMutation[];
  readonly text: readonly TextMutation[];
}

/** One to four changes of an example; most at one level only, so that a good share is still accepted. */
export function mutated(example: Example): fc.Arbitrary<Mutated> {
  const tree = (least: number, most: number) => fc.array(treeMutation(example), { minLength: least, maxLength: most });
  const text = (least: number, most: number) => fc.array(textMutation(example), { minLength: least, maxLength: most });
  const name = fc.constant(example.name);
  const none = fc.constant([]);
  return fc.oneof(
    { weight: 5, arbitrary: fc.record({ example: name, tree: tree(1, 1), text: none }) },
    { weight: 3, arbitrary: fc.record({ example: name, tree: tree(2, 4), text: none }) },
    { weight: 3, arbitrary: fc.record({ example: name, tree: none, text: text(1, 2) }) },
    { weight: 1, arbitrary: fc.record({ example: name, tree: tree(1, 2), text: text(1, 2) }) },
  );
}

/** All files of an example after the changes. */
export function mutatedFiles({ files }: Example, { tree, text }: Mutated): Bytes {
  const changed = new Map(files);
  const data: Data = new Map();
  const touched = new Set(tree.flatMap((m) => ("from" in m ? [m.at.file, m.from.file] : [m.at.file])));
  for (const file of touched) data.set(file, dataOf(files.get(file) as Buffer));
  for (const mutation of tree) applyTree(data, mutation);
  for (const [file, value] of data) changed.set(file, Buffer.from(textOf(value)));
  for (const mutation of text) {
    const bytes = changed.get(mutation.file);
    const made = bytes && applyText(bytes, mutation);
    if (made) changed.set(mutation.file, made);
    else changed.delete(mutation.file);
  }
  return changed;
}
