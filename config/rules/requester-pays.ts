import { signsInByFederation } from "../resolve/hub-base";
import type { Rule, RuleFinding } from "./rule";
import { awsClusters, cloudLakes } from "./walk";

export const requesterPays: Rule = {
  id: "requester-pays",
  reason:
    "Who pays for reads must have an account, and be asked: no public bucket, and no hub whose people nobody vouches for.",
  check: (federation) => [
    ...cloudLakes(federation).flatMap((site) =>
      site.buckets.flatMap((bucket): RuleFinding[] => {
        if (!bucket.requesterPays) return [];
        const at = { site: site.id, path: ["lake", "buckets", bucket.id, "requesterPays"] };
        if (bucket.purpose !== "library")
          return [{ ...at, message: `nobody of another account reads a ${bucket.purpose} bucket`, fix: "remove it" }];
        if (!bucket.public) return [];
        const message = "anybody reads a public bucket, and who has no account cannot pay";
        return [{ ...at, message, fix: "remove it, or keep the data in a library that is not public" }];
      }),
    ),
    ...awsClusters(federation).flatMap((site): RuleFinding[] => {
      if (!site.readsRequesterPays || site.hubs.some(signsInByFederation)) return [];
      const message = "no hub of the site signs people in through the federation, so none reads such buckets";
      return [{ site: site.id, path: ["readsRequesterPays"], message, fix: "remove it" }];
    }),
  ],
};
