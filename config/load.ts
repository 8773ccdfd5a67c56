import { dirname, resolve } from "node:path";
import { check, place } from "./check";
import { cappedFaults, type Fault, type Path, type Position, sortFaults } from "./faults";
import { readConfigFile, siteFiles } from "./files";
import { atSource, inherit, toldIn } from "./inherit";
import { dropNulls, lookUp } from "./merge";
import { type ResolvedFederation, resolveFederation } from "./resolve/federation";
import { rules } from "./rules/all";
import { federation as federationSchema } from "./schema/federation";
import { type SiteConfig, site as siteSchema } from "./schema/site";
import type { Tree } from "./yaml";

export interface Loaded {
  /** Present when there is no fault. */
  readonly federation?: ResolvedFederation;
  /** Absolute directory of the federation file: paths in the config start here. */
  readonly directory: string;
  /** Every fault of every file, sorted by place. */
  readonly faults: readonly Fault[];
  /** Files read, as shown in faults. */
  readonly files: readonly string[];
  /** Where a value of a site stands, or where it is inherited from; the federation file's start where the site did not pass. */
  readonly placeOf: (site: string, path: Path) => Position;
}

/** A site as far as it could be read. */
interface Site {
  readonly id: string | undefined;
  readonly tree: Tree | undefined;
  /** Present when the file has no fault of its own. */
  readonly config: SiteConfig | undefined;
  readonly faults: readonly Fault[];
}

const fileArgument = "give the federation file as argument or with -f; `isthmus validate --help` shows how";

/**
 * Reads, merges, checks and resolves a federation and all its sites. Bad input never throws: it comes back as faults.
 * `readFile`: who reads the files, for callers that have read most of them before.
 */
export function loadFederation(file: string, readFile: typeof readConfigFile = readConfigFile): Loaded {
  const path = resolve(file);
  const directory = dirname(path);
  const read = readFile(path, fileArgument);
  const top = read.tree;
  const start: Position = { file: read.shown, line: 1, col: 1 };
  if (!top) return { directory, faults: sortFaults(read.faults), files: [read.shown], placeOf: () => start };
  const checked = checkFederation(top);
  const named = siteFiles(dropNulls(top), path, directory);
  const files = named.paths.map((p) => readFile(p, "check that the file is there and that you may read it"));
  const sites = withoutTwins(files.map((f) => readSite(f, top)));
  const faults = [...read.faults, ...checked.faults, ...named.faults, ...sites.flatMap((s) => s.faults)];
  const valid = sites.flatMap((s) => (s.config ? [s.config] : []));
  const federation = checked.value && resolveFederation(checked.value, valid);
  const treeOf = treesOf(sites, top);
  if (federation) faults.push(...ruleFaults(federation, sites, treeOf, directory, top));
  return {
    ...(federation && faults.length === 0 ? { federation } : {}),
    directory,
    faults: cappedFaults(sortFaults(faults)),
    files: [read.shown, ...files.map((f) => f.shown)],
    placeOf: (site, at) => lookUp(treeOf(site), at).at,
  };
}

/** The federation file's own keys; `value` is there, with stand-ins, where the rules can run in spite of faults. */
function checkFederation(top: Tree) {
  const tree = dropNulls(top);
  const { value, faults } = check(federationSchema, tree);
  return { value: value ?? check(federationSchema, forRules(tree)).value, faults };
}

/** What the rules need of a federation file with faults: its id and its people. The rest is not theirs, so it may be wrong. */
function forRules(tree: Tree): Tree {
  const { at } = tree;
  const scalar = (value: string | number): Tree => ({ kind: "scalar", at, value, text: String(value) });
  const made: [string, Tree][] = [
    ["format", scalar(1)],
    ["title", scalar("-")],
    ["contact", scalar("a@b")],
    ["sites", { kind: "list", at, items: [scalar("-")] }],
  ];
  const own =
    tree.kind === "map" ? [...tree.entries].filter(([key]) => key === "federation" || key === "identity") : [];
  return { kind: "map", at, entries: new Map([...own, ...made.map(([k, value]) => [k, { at, value }] as const)]) };
}

/** Lays defaults and templates under a site and checks it. */
function readSite(file: ReturnType<typeof readConfigFile>, top: Tree): Site {
  if (!file.tree) return { id: file.guessedSite, tree: undefined, config: undefined, faults: file.faults };
  const { tree, faults: inherited } = inherit(file.tree, top);
  const { node } = lookUp(tree, ["site"]);
  const id = node?.kind === "scalar" ? node.text : undefined;
  const { value, faults } = check(siteSchema, tree);
  const all = [...notSaidTwice(file.faults, faults), ...inherited, ...faults].map((f) => atSource(f, top, file.shown));
  return { id, tree, config: all.length === 0 ? value : undefined, faults: all };
}

/** `off` where `none` or a map is allowed: that the word is no boolean is beside the point. */
function notSaidTwice(ofFile: readonly Fault[], ofSchema: readonly Fault[]): Fault[] {
  return ofFile.filter((f) => !ofSchema.some((g) => f.file === g.file && f.line === g.line && f.col === g.col));
}

/** Of sites with one id the first stays; what follows would only repeat the clash in other words. */
function withoutTwins(sites: readonly Site[]): Site[] {
  const seen = new Map<string, Tree>();
  return sites.map((site) => {
    const { id, tree } = site;
    if (id === undefined || !tree) return site;
    const first = seen.get(id);
    if (!first) {
      seen.set(id, tree);
      return site;
    }
    const { at } = lookUp(first, ["site"]);
    const message = `this site id is taken by ${at.file}:${at.line}`;
    const fault = place(tree, { path: ["site"], message, fix: "give each site an id of its own" }, "unique-names");
    return { ...site, config: undefined, faults: [...site.faults, fault] };
  });
}

/** The tree of a site that passed, with what it inherits; else the federation file's. */
function treesOf(sites: readonly Site[], top: Tree): (site: string | undefined) => Tree {
  const trees = new Map(sites.flatMap((s) => (s.config && s.tree ? [[s.config.site, s.tree] as const] : [])));
  return (site) => (site === undefined ? undefined : trees.get(site)) ?? top;
}

/** Cross-layer rules over what passed the schema. Ids of sites that did not pass still count as known. */
function ruleFaults(
  federation: ResolvedFederation,
  sites: readonly Site[],
  treeOf: (site: string | undefined) => Tree,
  directory: string,
  top: Tree,
): Fault[] {
  const faultySites = sites.flatMap((s) => (!s.config && s.id !== undefined ? [s.id] : []));
  const inDefaults = toldIn(lookUp(top, ["defaults"]).node);
  const told = (site: string, path: Path) =>
    [...toldIn(lookUp(treeOf(site), path).node)].some((place) => !inDefaults.has(place));
  return rules.flatMap((rule) =>
    rule.check(federation, { faultySites, directory, told }).map(({ site, ...finding }) => {
      const tree = treeOf(site);
      return atSource(place(tree, finding, rule.id), top, tree.at.file);
    }),
  );
}
