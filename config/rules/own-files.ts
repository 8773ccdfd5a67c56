import type { Rule } from "./rule";
import { hpcSites } from "./walk";

export const ownFiles: Rule = {
  id: "own-files",
  reason: "Users have files of their own in scratch where they have accounts, and in a directory that they may enter.",
  check: (federation) =>
    hpcSites(federation).flatMap((site) =>
      site.buckets.flatMap(({ id, path, ownFiles }) => {
        if (!ownFiles || (site.batch !== null && path !== null)) return [];
        const why =
          site.batch === null
            ? { message: "without a batch system every file is the site's own", fix: "write expire: {days: 7}" }
            : {
                message: "no user may enter the site's own root, so that every file there is the site's own",
                fix: "write expire: {days: 7}, or name the users' directory as `path`",
              };
        return [{ site: site.id, path: ["lake", "buckets", id, "expire"], ...why }];
      }),
    ),
};
