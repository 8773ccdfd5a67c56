import type { Rule, RuleFinding } from "./rule";

/** Whether one path of a bucket is the other or lies inside it. */
function nested(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** Two sites may show the same store (an archive and its owner), one site shows it once. */
export const datasetPaths: Rule = {
  id: "dataset-paths",
  reason: "A store inside another store's path is overwritten, published and deleted with it.",
  check: (federation) =>
    federation.sites.flatMap((site) =>
      site.datasets.flatMap((dataset, i): RuleFinding[] => {
        const earlier = site.datasets.slice(0, i).filter((d) => d.bucket === dataset.bucket);
        const other = earlier.find((d) => nested(d.path, dataset.path));
        if (!other) return [];
        const where =
          other.path === dataset.path ? "this is the path of" : `it overlaps with ${other.path}, the path of`;
        const path = ["datasets", dataset.id, "path"];
        return [{ site: site.id, path, message: `${where} dataset ${other.id}`, fix: "give each a path of its own" }];
      }),
    ),
};
