import { isAbsolute, join, normalize, sep } from "node:path";
import type { ResolvedFederation } from "../resolve/federation";
import type { Rule, RuleFinding } from "./rule";
import { hpcSites, machineOf } from "./walk";

/** A directory that belongs to one thing alone. */
interface Area {
  readonly owner: string;
  readonly directory: string;
  /** Empty for the one you sit at. */
  readonly machine: string;
  readonly site?: string;
  readonly path: readonly string[];
  readonly existing?: boolean;
}

export const bucketPaths: Rule = {
  id: "bucket-paths",
  reason: "A bucket shows its whole directory: nested in another, or around a site's own files, it shows those too.",
  check: (federation, { directory }) => {
    const areas = areasOf(federation, directory);
    return areas.flatMap((area, i): RuleFinding[] => {
      const other = areas.slice(0, i).find((a) => nested(a, area) && !mayShare(a, area));
      if (!other || area.site === undefined) return [];
      const message = `this directory is, holds or lies in ${other.owner}`;
      return [{ site: area.site, path: area.path, message, fix: "give each a directory of its own" }];
    });
  },
};

/** Where relative paths of another machine start: the account's home, wherever that is. */
const home = "/~";

/** Roots first, so that a bucket in a root is reported at the bucket. All sites of one machine share its directories. */
function areasOf(federation: ResolvedFederation, directory: string): Area[] {
  const full = (path: string, machine = "") => {
    const start = machine === "" ? directory : home;
    return normalize(isAbsolute(path) ? path : join(start, path)).replace(/(?<=.)\/+$/, "");
  };
  const sites = hpcSites(federation);
  const roots = sites.map((site) => ({
    owner: `the root of site ${site.id}`,
    directory: full(site.root, machineOf(site)),
    machine: machineOf(site),
    site: site.id,
    path: ["storage", "root"],
  }));
  const states = sites.flatMap((site) => {
    const machine = machineOf(site);
    const owner = `the databases of site ${site.id}`;
    if (site.state === null) return [];
    return [{ owner, directory: full(site.state, machine), machine, site: site.id, path: ["storage", "state"] }];
  });
  const buckets = sites.flatMap((site) =>
    site.buckets.flatMap((bucket) => {
      const owner = `bucket ${bucket.id} of site ${site.id}`;
      const path = ["lake", "buckets", bucket.id, "path"];
      const { existing } = bucket;
      const machine = machineOf(site);
      if (bucket.path === null) return [];
      return [{ owner, directory: full(bucket.path, machine), machine, site: site.id, path, existing }];
    }),
  );
  return [
    {
      owner: "the engine's state (state/ beside the federation file)",
      directory: full("state"),
      machine: "",
      path: [],
    },
    ...roots,
    ...states,
    ...buckets,
  ];
}

function nested(a: Area, b: Area): boolean {
  const inside = (inner: string, outer: string) =>
    inner === outer || inner.startsWith(outer === sep ? sep : outer + sep);
  return a.machine === b.machine && (inside(a.directory, b.directory) || inside(b.directory, a.directory));
}

/** Two sites may show one directory that neither of them made. */
function mayShare(a: Area, b: Area): boolean {
  return a.existing === true && b.existing === true && a.site !== b.site && a.directory === b.directory;
}
