import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { globSync } from "tinyglobby";
import { check, place } from "./check";
import { type Fault, type Finding, faultAt, type Position, sortFaults } from "./faults";
import { dropNulls, lookUp, merge } from "./merge";
import { type ResolvedFederation, resolveFederation } from "./resolve/federation";
import { rules } from "./rules/all";
import { federation as federationSchema } from "./schema/federation";
import { notYet } from "./schema/not-yet";
import { type SiteConfig, site as siteSchema } from "./schema/site";
import { didYouMean, listed } from "./suggest";
import { type Entry, readYaml, type Tree } from "./yaml";

export interface Loaded {
  /** Present when there is no fault. */
  readonly federation?: ResolvedFederation;
  /** Absolute directory of the federation file: paths in the config start here. */
  readonly directory: string;
  /** Every fault of every file, sorted by place. */
  readonly faults: readonly Fault[];
  /** Files read, as shown in faults. */
  readonly files: readonly string[];
}

interface SiteFile {
  readonly tree: Tree;
  readonly config: SiteConfig | undefined;
}

/** Reads, merges, checks and resolves a federation and all its sites. Bad input never throws: it comes back as faults. */
export function loadFederation(file: string): Loaded {
  const directory = dirname(resolve(file));
  const files: string[] = [];
  const faults: Fault[] = [];
  const read = (path: string) => {
    const shown = shownAs(path);
    files.push(shown);
    const result = readFile(path, shown);
    faults.push(...result.faults);
    return result.tree;
  };
  const done = (federation?: ResolvedFederation): Loaded => ({
    ...(federation && faults.length === 0 ? { federation } : {}),
    directory,
    faults: sortFaults(faults),
    files,
  });

  const top = read(resolve(file));
  if (!top) return done();
  const tree = dropNulls(top);
  const checked = check(federationSchema, tree);
  faults.push(...checked.faults);
  const sites = siteFiles(tree, directory, faults).flatMap((path) => {
    const raw = read(path);
    return raw ? [readSite(raw, top, faults)] : [];
  });
  faults.push(...sameSites(sites));
  if (!checked.value) return done();
  const valid = sites.flatMap((s) => (s.config ? [s.config] : []));
  const federation = resolveFederation(checked.value, valid);
  faults.push(...ruleFaults(federation, sites, tree));
  return done(federation);
}

function shownAs(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("../..") ? path : near;
}

function readFile(path: string, shown: string): { tree: Tree | undefined; faults: Fault[] } {
  try {
    if (!statSync(path).isFile()) throw new Error("not a file");
    return readYaml(shown, readFileSync(path));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (error as Error).message;
    const fix = "give the federation file as argument or with -f; `isthmus validate --help` shows how";
    return {
      tree: undefined,
      faults: [{ code: "file", file: shown, line: 1, col: 1, path: "", message: reason, fix }],
    };
  }
}

/** The site files that `sites:` names, sorted; a pattern without a match is a fault. */
function siteFiles(tree: Tree, directory: string, faults: Fault[]): string[] {
  const node = lookUp(tree, ["sites"]).node;
  if (node?.kind !== "list") return [];
  const found = new Set<string>();
  node.items.forEach((item, i) => {
    if (item.kind !== "scalar" || typeof item.value !== "string") return;
    const matches = globSync(item.value, { cwd: directory, expandDirectories: false }).sort();
    if (matches.length === 0)
      faults.push(
        place(
          tree,
          {
            path: ["sites", i],
            message: "no file matches",
            fix: "name the sites' files relative to this file: sites/*.yaml",
          },
          "file",
        ),
      );
    for (const match of matches) found.add(join(directory, match));
  });
  return [...found].sort();
}

/** Lays defaults and templates under a site, refuses what this version cannot do, checks the rest. */
function readSite(raw: Tree, top: Tree, faults: Fault[]): SiteFile {
  const merged = withHubs(merge(lookUp(top, ["defaults", "site"]).node, raw) as Tree, top, faults);
  const tree = dropNulls(merged);
  const refused = notYet(tree);
  if (refused) {
    faults.push(place(tree, refused, "schema"));
    return { tree, config: undefined };
  }
  const { value, faults: own } = check(siteSchema, tree);
  faults.push(...own);
  return { tree, config: value };
}

function withHubs(site: Tree, top: Tree, faults: Fault[]): Tree {
  const hubs = site.kind === "map" ? site.entries.get("hubs") : undefined;
  if (site.kind !== "map" || hubs?.value.kind !== "map") return site;
  const merged = [...hubs.value.entries].map(([id, entry]): [string, Entry] => [
    id,
    { at: entry.at, value: withTemplate(entry.value, top, faults) },
  ]);
  const value: Tree = { ...hubs.value, entries: new Map(merged) };
  return { ...site, entries: new Map(site.entries).set("hubs", { at: hubs.at, value }) };
}

/** A hub on its template on the federation's defaults. */
function withTemplate(hub: Tree, top: Tree, faults: Fault[]): Tree {
  const defaults = lookUp(top, ["defaults", "hub"]).node;
  if (hub.kind !== "map") return hub;
  const use = hub.entries.get("use");
  const own: Tree = { ...hub, entries: new Map([...hub.entries].filter(([key]) => key !== "use")) };
  if (!use) return merge(defaults, own) as Tree;
  const templates = lookUp(top, ["templates"]).node;
  const names = templates?.kind === "map" ? [...templates.entries.keys()] : [];
  const name = use.value.kind === "scalar" ? use.value.text : "";
  if (!names.includes(name)) faults.push(noTemplate(use.value.at, name, names));
  return merge(merge(defaults, lookUp(top, ["templates", name]).node), own) as Tree;
}

function noTemplate(at: Position, name: string, names: readonly string[]): Fault {
  const fix = didYouMean(name, names) ?? "define it under `templates` in federation.yaml";
  return faultAt("schema", at, { path: ["use"], message: "no such template", got: name, allowed: listed(names), fix });
}

function sameSites(sites: readonly SiteFile[]): Fault[] {
  const seen = new Map<string, Position>();
  return sites.flatMap(({ tree }) => {
    const { node, at } = lookUp(tree, ["site"]);
    if (node?.kind !== "scalar") return [];
    const first = seen.get(node.text);
    if (!first) {
      seen.set(node.text, at);
      return [];
    }
    return [
      place(
        tree,
        {
          path: ["site"],
          message: `this id is taken by ${first.file}:${first.line}`,
          fix: "give each site an id of its own",
        },
        "unique-names",
      ),
    ];
  });
}

/** Cross-layer rules over what passed the schema. Ids of sites that did not pass still count as known. */
function ruleFaults(federation: ResolvedFederation, sites: readonly SiteFile[], top: Tree): Fault[] {
  const trees = new Map(sites.flatMap((s) => (s.config ? [[s.config.site, s.tree] as const] : [])));
  const faulty = sites.flatMap(({ config, tree }) => {
    const { node } = lookUp(tree, ["site"]);
    return !config && node?.kind === "scalar" ? [node.text] : [];
  });
  return rules.flatMap((rule) =>
    rule.check(federation, { faultySites: faulty }).map(({ site, ...finding }) => {
      const tree = site === undefined ? top : (trees.get(site) ?? top);
      return place(tree, finding as Finding, rule.id);
    }),
  );
}
