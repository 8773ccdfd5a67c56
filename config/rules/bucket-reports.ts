import type { ResolvedAwsSite } from "../resolve/aws-site";
import type { ResolvedGoogleSite } from "../resolve/google-site";
import { didYouMean, listed } from "../suggest";
import type { Rule } from "./rule";
import { cloudLakes } from "./walk";

/** What a cloud itself writes of a bucket into another one. */
const reports = {
  inventory: { itself: "lists of a bucket's objects would be listed in the next one", writer: "S3" },
  usageLogs: { itself: "writing logs of a bucket's use would be use that is logged", writer: "Google" },
} as const;

type Key = keyof typeof reports;

export const bucketReports: Rule = {
  id: "bucket-reports",
  reason:
    "What a cloud writes of a bucket lies where no dataset is and nobody outside reads, and the cloud can be let in to write it.",
  check: (federation) =>
    cloudLakes(federation).flatMap((site) =>
      site.buckets.flatMap((bucket) => {
        const key: Key = site.provider === "aws" ? "inventory" : "usageLogs";
        const into = intoOf(bucket);
        if (into === undefined || bucket.existing) return []; // `existing-buckets` refuses it there
        const unfit = (one: string) => unfitFor(key, site, bucket.id, one);
        const message = unfit(into);
        if (message === undefined) return [];
        const fitting = site.buckets.map(({ id }) => id).filter((id) => unfit(id) === undefined);
        const fix = didYouMean(into, fitting) ?? "name a persistent bucket that is made, or add one for it";
        const path = ["lake", "buckets", bucket.id, key, "into"];
        return [{ site: site.id, path, message, allowed: listed(fitting), fix }];
      }),
    ),
};

type Site = ResolvedAwsSite | ResolvedGoogleSite;

/** The bucket that what a cloud writes of one is written into; undefined where it writes nothing. */
function intoOf(bucket: Site["buckets"][number]): string | undefined {
  return ("inventory" in bucket ? bucket.inventory : bucket.usageLogs)?.into;
}

/** Why what is written of a bucket cannot lie in one of the site's. */
function unfitFor(key: Key, { buckets }: Site, id: string, into: string): string | undefined {
  const { itself, writer } = reports[key];
  const place = buckets.find((one) => one.id === into);
  if (!place) return "this site has no such bucket";
  if (into === id) return itself;
  if (place.purpose === "library") return "this is a library, where datasets lie and whose readers are theirs";
  if (place.purpose === "scratch") return "what is in scratch expires by store";
  if (place.existing) return `the bucket exists, and its policy is not changed to let ${writer} write there`;
  const logsOfLogs = key === "usageLogs" && intoOf(place) !== undefined;
  return logsOfLogs ? "its own use is logged, and so would be what is written there" : undefined;
}
