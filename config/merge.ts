import type { Path, Position } from "./faults";
import type { Entry, Tree } from "./yaml";

/**
 * Lays `over` on `base`: maps merge key by key, lists and scalars replace, `null` removes what was inherited,
 * `none` replaces a whole block, and a map over `none` starts afresh. The nearer value (and its position) wins.
 */
export function merge(base: Tree | undefined, over: Tree | undefined): Tree | undefined {
  if (over === undefined) return base;
  if (base === undefined || base.kind !== "map" || over.kind !== "map") return over;
  const entries = new Map<string, Entry>(base.entries);
  for (const [key, entry] of over.entries) {
    const value = merge(base.entries.get(key)?.value, entry.value) as Tree;
    entries.set(key, { at: entry.at, value });
  }
  return { kind: "map", at: over.at, entries };
}

/** The tree without its nulls: `key: null`, or `key:` with nothing behind it, is as if never written. */
export function dropNulls(tree: Tree): Tree {
  if (tree.kind === "list") return { ...tree, items: tree.items.map(dropNulls) };
  if (tree.kind !== "map") return tree;
  const kept = [...tree.entries].filter(([, e]) => !(e.value.kind === "scalar" && e.value.value === null));
  return { ...tree, entries: new Map(kept.map(([k, e]) => [k, { at: e.at, value: dropNulls(e.value) }])) };
}

/** Plain data of a tree; objects have no prototype, so a key called `__proto__` is only a key. */
export function plain(tree: Tree): unknown {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "list") return tree.items.map(plain);
  const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of tree.entries) object[key] = plain(entry.value);
  return object;
}

/**
 * The node at a path, and where it stands: a scalar at itself, a map or list at its key, and what is missing at the
 * deepest part of the path that is there. `keyAt` is the place of the key, for scalars too.
 */
export function lookUp(tree: Tree, path: Path): { node: Tree | undefined; at: Position; keyAt: Position } {
  let node: Tree | undefined = tree;
  let at = tree.at;
  for (const part of path) {
    if (node?.kind === "map") {
      const entry: Entry | undefined = node.entries.get(String(part));
      if (!entry) return { node: undefined, at, keyAt: at };
      at = entry.at;
      node = entry.value;
    } else if (node?.kind === "list" && typeof part === "number") {
      const item: Tree | undefined = node.items[part];
      if (!item) return { node: undefined, at, keyAt: at };
      at = item.at;
      node = item;
    } else return { node: undefined, at, keyAt: at };
  }
  return { node, at: node && node.kind === "scalar" ? node.at : at, keyAt: at };
}
