import { place } from "./check";
import type { Fault, Path, Position } from "./faults";
import { dropNulls, lookUp, merge } from "./merge";
import { didYouMean, listed } from "./suggest";
import type { Entry, Tree } from "./yaml";

export interface Inherited {
  /** The site on the federation's defaults, its hubs on their templates and defaults, without nulls. */
  readonly tree: Tree;
  readonly faults: readonly Fault[];
}

/** Lays a site on `defaults.site`, and each of its hubs on its template on `defaults.hub`. */
export function inherit(site: Tree, top: Tree): Inherited {
  const merged = merge(lookUp(top, ["defaults", "site"]).node, site) as Tree;
  const empty = emptyNames(site, lookUp(top, ["defaults", "site"]).node);
  const hubs = merged.kind === "map" ? merged.entries.get("hubs") : undefined;
  if (merged.kind !== "map" || hubs?.value.kind !== "map") return { tree: dropNulls(merged), faults: empty };
  const faults: Fault[] = [...empty];
  const entries = [...hubs.value.entries].flatMap(([id, entry]): [string, Entry][] => {
    const { value, fault } = hubOnTemplate(id, entry.value, merged, top);
    if (fault) faults.push(fault);
    // Without its template a hub lacks half of its keys; to name them all would hide the one that counts.
    return fault ? [] : [[id, { at: entry.at, value }]];
  });
  const value: Tree = { ...hubs.value, entries: new Map(entries) };
  const tree: Tree = { ...merged, entries: new Map(merged.entries).set("hubs", { at: hubs.at, value }) };
  return { tree: dropNulls(tree), faults };
}

/** Maps whose entries stand for things that live outside the config. */
const things: readonly Path[] = [["hubs"], ["lake", "buckets"], ["datasets"]];

/**
 * A hub, bucket or dataset with nothing behind its name, where nothing is inherited that it could remove: an edit left half done,
 * or a wrong indentation. Elsewhere such a key is as if never written; here that would take down what it names.
 */
function emptyNames(site: Tree, defaults: Tree | undefined): Fault[] {
  return things.flatMap((path) => {
    const { node } = lookUp(site, path);
    const inherited = defaults && lookUp(defaults, path).node;
    if (node?.kind !== "map") return [];
    return [...node.entries].flatMap(([name, { value }]) => {
      const isNull = value.kind === "scalar" && value.value === null;
      if (!isNull || (inherited?.kind === "map" && inherited.entries.has(name))) return [];
      const fix = "indent its keys below it, or remove the line";
      return [place(site, { path: [...path, name], message: `nothing stands behind "${name}"`, fix })];
    });
  });
}

function hubOnTemplate(id: string, hub: Tree, site: Tree, top: Tree): { value: Tree; fault?: Fault } {
  const defaults = lookUp(top, ["defaults", "hub"]).node;
  if (hub.kind !== "map") return { value: hub };
  const use = hub.entries.get("use")?.value;
  const own: Tree = { ...hub, entries: new Map([...hub.entries].filter(([key]) => key !== "use")) };
  if (use === undefined || (use.kind === "scalar" && use.value === null))
    return { value: merge(defaults, own) as Tree };
  const templates = lookUp(top, ["templates"]).node;
  const names = templates?.kind === "map" ? [...templates.entries.keys()] : [];
  const name = use.kind === "scalar" ? use.text : "";
  if (!names.includes(name)) return { value: hub, fault: noTemplate(site, ["hubs", id, "use"], use, names) };
  return { value: merge(merge(defaults, lookUp(top, ["templates", name]).node), own) as Tree };
}

function noTemplate(site: Tree, path: Path, use: Tree, names: readonly string[]): Fault {
  const allowed = listed(names);
  if (use.kind !== "scalar")
    return place(site, {
      path,
      message: "expected the name of one template",
      got: `a ${use.kind}`,
      allowed,
      fix: "name one: use: NAME",
    });
  const fix = didYouMean(use.text, names) ?? "define it under `templates` in the federation file";
  return place(site, { path, message: "no such template", allowed, fix });
}

/**
 * A fault of a site that stands in the federation file came by `defaults` or `templates`: its path becomes that of the
 * federation file, so that what reaches a hundred hubs is one fault.
 */
export function atSource(fault: Fault, top: Tree, siteFile: string): Fault {
  if (fault.file !== top.at.file) return fault;
  const path =
    pathTo(lookUp(top, ["defaults"]).node, fault, "defaults") ??
    pathTo(lookUp(top, ["templates"]).node, fault, "templates");
  if (path === undefined) return fault;
  const foreign = fault.message.startsWith("unknown key") && fault.fix === "remove it";
  const fix = `remove it, or set ${fault.path}: null in ${siteFile}, where it means nothing`;
  return { ...fault, path, ...(foreign ? { fix } : {}) };
}

/** Places of all that a tree tells: its scalars, and maps and lists that hold nothing. */
export function toldIn(tree: Tree | undefined): ReadonlySet<string> {
  const places = new Set<string>();
  const visit = (node: Tree): void => {
    const inner = node.kind === "map" ? [...node.entries.values()].map((e) => e.value) : [];
    const below = node.kind === "list" ? node.items : inner;
    if (below.length === 0) places.add(`${node.at.file}:${node.at.line}:${node.at.col}`);
    below.forEach(visit);
  };
  if (tree) visit(tree);
  return places;
}

/** The dotted path of what stands at a position below `tree`. */
function pathTo(tree: Tree | undefined, at: Position, path: string): string | undefined {
  if (tree === undefined) return undefined;
  const here = (p: Position) => p.line === at.line && p.col === at.col;
  if (tree.kind === "scalar") return here(tree.at) ? path : undefined;
  if (tree.kind === "list") {
    for (const [i, item] of tree.items.entries()) {
      const found = here(item.at) ? `${path}[${i}]` : pathTo(item, at, `${path}[${i}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  for (const [key, entry] of tree.entries) {
    const found = here(entry.at) ? `${path}.${key}` : pathTo(entry.value, at, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
