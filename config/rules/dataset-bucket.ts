import { didYouMean, listed } from "../suggest";
import type { Rule } from "./rule";
import { allDatasets } from "./walk";

export const datasetBucket: Rule = {
  id: "dataset-bucket",
  reason: "A dataset lies in a library of its site: scratch expires, and persistent storage is its users' own.",
  check: (federation) =>
    allDatasets(federation).flatMap(({ site, dataset }) => {
      const path = ["datasets", dataset.id, "bucket"];
      const bucket = site.buckets.find((b) => b.id === dataset.bucket);
      const libraries = site.buckets.filter((b) => b.purpose === "library").map((b) => b.id);
      if (bucket?.purpose === "library") return [];
      const message = bucket
        ? `a dataset lies in a library, and this bucket is ${bucket.purpose}`
        : "the site has no such bucket";
      const fix = (bucket ? undefined : didYouMean(dataset.bucket, libraries)) ?? "name a bucket of purpose library";
      return [{ site: site.id, path, message, allowed: listed(libraries), fix }];
    }),
};
