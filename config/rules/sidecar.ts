import { fetchedCopies } from "../resolve/mirrors";
import type { Rule } from "./rule";
import { hpcSites } from "./walk";

export const sidecar: Rule = {
  id: "sidecar",
  reason: "A copy of another site's dataset keeps in extended attributes what came from where.",
  check: (federation) =>
    hpcSites(federation).flatMap((site) => {
      const copy = fetchedCopies(federation).find(({ to }) => to.site.id === site.id);
      if (!site.sidecar || !copy) return [];
      const message = `S3 would not see what the copy of ${copy.dataset.id} has in extended attributes`;
      return [
        { site: site.id, path: ["storage", "sidecar"], message, fix: "remove it, or copy the dataset elsewhere" },
      ];
    }),
};
