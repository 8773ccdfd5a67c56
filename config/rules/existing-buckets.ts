import type { Rule } from "./rule";
import { cloudLakes } from "./walk";

export const existingBuckets: Rule = {
  id: "existing-buckets",
  reason: "Nothing of a bucket that exists is changed, so what only its making can set would mean nothing.",
  check: (federation) =>
    cloudLakes(federation).flatMap((site) =>
      site.buckets
        .filter((bucket) => bucket.existing)
        .flatMap(({ id, madeOnly }) =>
          madeOnly.map((key) => {
            const message = "the bucket exists, and nothing of it is changed";
            return { site: site.id, path: ["lake", "buckets", id, key], message, fix: "remove it" };
          }),
        ),
    ),
};
