import fc from "fast-check";
import { parse, stringify } from "yaml";
import type { Path } from "../../config/faults";
import type { Example } from "./examples";
import { yamlFiles } from "./examples";
import { keyName, type Value, valueFor } from "./values";

/** A place in an example's files. */
export interface Place {
  readonly file: string;
  readonly path: Path;
}

/** A change of what a file says, whatever its text; one that meets nothing any more changes nothing. */
export type TreeMutation =
  | { readonly op: "drop"; readonly at: Place }
  | { readonly op: "set"; readonly at: Place; readonly value: Value }
  | { readonly op: "rename"; readonly at: Place; readonly key: string }
  | { readonly op: "twin"; readonly at: Place; readonly key: string }
  | { readonly op: "add"; readonly at: Place; readonly key: string; readonly value: Value }
  | { readonly op: "out"; readonly at: Place }
  | { readonly op: "in"; readonly at: Place }
  | { readonly op: "copy" | "swap"; readonly at: Place; readonly from: Place };

type Map_ = Map<string, Value>;

function isMap(value: Value | undefined): value is ReadonlyMap<string, Value> {
  return value instanceof Map;
}

const known = new Map<Buffer, Value>();

/** A file's data, which changes never touch: they make new maps. */
export function dataOf(bytes: Buffer): Value {
  const before = known.get(bytes);
  if (before !== undefined) return before;
  const data = parse(bytes.toString("utf8"), { mapAsMap: true, logLevel: "silent" }) as Value;
  known.set(bytes, data);
  return data;
}

/** A file's text. */
export function textOf(value: Value): string {
  return stringify(value, { lineWidth: 0 });
}

/** Every place of an example but the tops of its files, maps before what is in them. */
export function placesOf(example: Example): Place[] {
  return yamlFiles(example).flatMap((file) => {
    const below = (value: Value, path: Path): Place[] => {
      const own = path.length === 0 ? [] : [{ file, path }];
      if (Array.isArray(value)) return [...own, ...value.flatMap((v: Value, i: number) => below(v, [...path, i]))];
      if (!isMap(value)) return own;
      return [...own, ...[...value].flatMap(([key, v]) => below(v, [...path, key]))];
    };
    return below(dataOf(example.files.get(file) as Buffer), []);
  });
}

/** One change of the example's data. */
export function treeMutation(example: Example): fc.Arbitrary<TreeMutation> {
  const at = fc.constantFrom(...placesOf(example));
  const set = at.chain((place) =>
    valueFor(place.path.at(-1)).map((value): TreeMutation => ({ op: "set", at: place, value })),
  );
  return fc.oneof(
    { weight: 8, arbitrary: set },
    { weight: 1, arbitrary: fc.record({ op: fc.constant("drop" as const), at }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constantFrom("rename" as const, "twin" as const), at, key: keyName }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(at, keyName)
        .chain(([place, key]) => valueFor(key).map((value): TreeMutation => ({ op: "add", at: place, key, value }))),
    },
    {
      weight: 1,
      arbitrary: fc.oneof(
        fc.record({ op: fc.constant("out" as const), at }),
        fc.record({ op: fc.constant("in" as const), at }),
      ),
    },
    { weight: 1, arbitrary: fc.record({ op: fc.constantFrom("copy" as const, "swap" as const), at, from: at }) },
  );
}

/** Data of files while they are changed. */
export type Data = Map<string, Value>;

/** Applies a change to the data of all files. */
export function applyTree(data: Data, mutation: TreeMutation): void {
  const { at } = mutation;
  const value = valueAt(data, at);
  if (value === undefined) return;
  const key = String(at.path.at(-1));
  if (mutation.op === "drop") replaceEntries(data, at, () => []);
  else if (mutation.op === "set") put(data, at, mutation.value);
  else if (mutation.op === "rename") replaceEntries(data, at, () => [[mutation.key, value]]);
  else if (mutation.op === "twin")
    replaceEntries(data, at, () => [
      [key, value],
      [mutation.key, value],
    ]);
  else if (mutation.op === "out") moveOut(data, at, value);
  else if (mutation.op === "in") moveIn(data, at, value);
  else if (mutation.op === "add") {
    if (isMap(value)) put(data, at, new Map([...value, [mutation.key, mutation.value]]));
  } else {
    const other = valueAt(data, mutation.from);
    if (other !== undefined) put(data, at, other);
    if (other !== undefined && mutation.op === "swap") put(data, mutation.from, value);
  }
}

function valueAt(data: Data, { file, path }: Place): Value | undefined {
  let value = data.get(file);
  for (const part of path) {
    if (isMap(value)) value = value.get(String(part));
    else if (Array.isArray(value) && typeof part === "number") value = value[part] as Value | undefined;
    else return undefined;
  }
  return value;
}

/** Puts a value where its parent still is. */
function put(data: Data, { file, path }: Place, value: Value): void {
  const top = data.get(file);
  if (top !== undefined) data.set(file, within(top, path, value));
}

function within(here: Value, path: Path, value: Value): Value {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (isMap(here)) {
    const key = String(part);
    if (!here.has(key) && rest.length > 0) return here;
    return new Map(here).set(key, within(here.get(key) ?? null, rest, value));
  }
  if (Array.isArray(here) && typeof part === "number" && part < here.length)
    return here.map((item: Value, i: number) => (i === part ? within(item, rest, value) : item));
  return here;
}

function replaceEntries(data: Data, at: Place, make: (value: Value) => [string, Value][]): void {
  const key = at.path.at(-1);
  const parentAt = { file: at.file, path: at.path.slice(0, -1) };
  const parent = valueAt(data, parentAt);
  if (isMap(parent))
    put(
      data,
      parentAt,
      new Map([...parent].flatMap(([k, v]) => (k === key ? make(v) : [[k, v]])) as [string, Value][]),
    );
  else if (Array.isArray(parent))
    put(
      data,
      parentAt,
      parent.flatMap((v: Value, i: number) => (i === key ? make(v).map(([, made]) => made) : [v])),
    );
}

/** As if a key's line were indented one level less: it stands beside its parent. */
function moveOut(data: Data, at: Place, value: Value): void {
  const key = at.path.at(-1);
  const aboveAt = { file: at.file, path: at.path.slice(0, -2) };
  if (at.path.length < 2 || typeof key !== "string") return;
  replaceEntries(data, at, () => []);
  const above = valueAt(data, aboveAt);
  if (isMap(above)) put(data, aboveAt, new Map(above).set(key, value) as Map_);
}

/** As if it were indented one level more: it stands in the map before it, or is what stands behind the key before it. */
function moveIn(data: Data, at: Place, value: Value): void {
  const above = at.path.slice(0, -1);
  const parent = valueAt(data, { file: at.file, path: above });
  if (!isMap(parent)) return;
  const keys = [...parent.keys()];
  const key = String(at.path.at(-1));
  const before = keys[keys.indexOf(key) - 1];
  if (before === undefined) return;
  const into = parent.get(before);
  replaceEntries(data, at, () => []);
  put(data, { file: at.file, path: [...above, before] }, new Map(isMap(into) ? into : []).set(key, value));
}
