import type { Rule } from "./rule";

export const googleNames: Rule = {
  id: "google-names",
  reason: "Google Cloud takes no bucket whose name begins with goog or has google in it, in whatever spelling.",
  check: (federation) =>
    federation.sites.flatMap((site) =>
      site.provider !== "google"
        ? []
        : site.buckets
            .filter(({ existing, name }) => !existing && /^goog|g[o0]{2}g[l1]e/.test(name))
            .map(({ id, name }) => ({
              site: site.id,
              path: ["lake", "buckets", id],
              atKey: true,
              message: `its bucket would be named ${name}, which Google Cloud does not take`,
              fix: "rename the bucket, the site or the federation",
            })),
    ),
};
