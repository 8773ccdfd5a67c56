import type { Rule } from "./rule";
import { allHubs } from "./walk";

/** First parts of variables that the programs of a site set for themselves. */
const reservedPrefixes = ["ISTHMUS_", "JUPYTERHUB_", "DASK_GATEWAY__", "AWS_"];

/** Bucket ids alone cannot clash: each gives a variable of its own (`config/names.ts`). */
export const reservedVariables: Rule = {
  id: "reserved-variables",
  reason: "A notebook finds buckets, catalog and gateway by environment variables; a profile must not hide one.",
  check: (federation) =>
    allHubs(federation).flatMap(({ site, hub }) =>
      hub.profiles.flatMap((profile) =>
        Object.keys(profile.environment).flatMap((name) => {
          const prefix = reservedPrefixes.find((p) => name.startsWith(p));
          if (prefix === undefined && !(name in hub.environment)) return [];
          const path = ["hubs", hub.id, "profiles", profile.id, "environment", name];
          const message = "Isthmus sets this variable itself";
          const fix = `choose a name that does not start with ${prefix ?? name}`;
          return [{ site: site.id, path, atKey: true, message, fix }];
        }),
      ),
    ),
};
