import { didYouMean, listed } from "../suggest";
import type { Rule } from "./rule";

export const publishers: Rule = {
  id: "publishers",
  reason: "A library is written by the hubs that its datasets name, and these stand at the same site.",
  check: (federation) =>
    federation.sites.flatMap((site) =>
      site.datasets.flatMap((dataset) =>
        dataset.publishers.flatMap((id, i) => {
          const hubs = site.hubs.map((hub) => hub.id);
          const path = ["datasets", dataset.id, "publishers", i];
          if (dataset.publishers.indexOf(id) < i)
            return [{ site: site.id, path, message: "this hub is named twice", fix: "remove one" }];
          if (hubs.includes(id)) return [];
          const fix = didYouMean(id, hubs) ?? "name a hub of this site";
          return [{ site: site.id, path, message: "the site has no such hub", allowed: listed(hubs), fix }];
        }),
      ),
    ),
};
