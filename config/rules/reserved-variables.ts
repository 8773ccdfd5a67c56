import type { Rule } from "./rule";
import { allHubs } from "./walk";

/** First parts of variables that the programs of a site set for themselves. */
const reservedPrefixes = ["ISTHMUS_", "JUPYTERHUB_", "DASK_GATEWAY__"];

/** Where the store is and who one is there, and what a server's start needs. */
const reservedVariableNames = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
  "AWS_ENDPOINT_URL",
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_ALLOW_HTTP",
  "AWS_S3_ENDPOINT",
  "AWS_HTTPS",
  "AWS_VIRTUAL_HOSTING",
  "HOME",
  "PATH",
];

/** Bucket ids alone cannot clash: each gives a variable of its own (`config/names.ts`). */
export const reservedVariables: Rule = {
  id: "reserved-variables",
  reason: "A notebook finds buckets, catalog and gateway by environment variables; a profile must not hide one.",
  check: (federation) =>
    allHubs(federation).flatMap(({ site, hub }) =>
      hub.profiles.flatMap((profile) =>
        Object.keys(profile.environment).flatMap((name) => {
          const prefix = reservedPrefixes.find((p) => name.startsWith(p));
          const known = name in hub.environment || reservedVariableNames.includes(name);
          if (prefix === undefined && !known) return [];
          const path = ["hubs", hub.id, "profiles", profile.id, "environment", name];
          const message = "Isthmus sets this variable itself";
          const fix = prefix ? `choose a name that does not start with ${prefix}` : "choose another name";
          return [{ site: site.id, path, atKey: true, message, fix }];
        }),
      ),
    ),
};
