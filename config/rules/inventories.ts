import type { ResolvedAwsBucket, ResolvedAwsSite } from "../resolve/aws-site";
import { didYouMean, listed } from "../suggest";
import type { Rule } from "./rule";
import { awsSites } from "./walk";

export const inventories: Rule = {
  id: "inventories",
  reason:
    "Lists of objects lie where they are no dataset's, nobody outside reads them, and S3 can be let in to write them.",
  check: (federation) =>
    awsSites(federation).flatMap((site) =>
      site.buckets.flatMap((bucket) => {
        const { inventory } = bucket;
        if (inventory === null || bucket.existing) return []; // `existing-buckets` refuses it there
        const fitting = site.buckets.filter((one) => unfit(site, bucket, one.id) === undefined).map(({ id }) => id);
        const message = unfit(site, bucket, inventory.into);
        if (message === undefined) return [];
        const fix =
          didYouMean(inventory.into, fitting) ?? "name a persistent bucket that is made, or add one for lists";
        const path = ["lake", "buckets", bucket.id, "inventory", "into"];
        return [{ site: site.id, path, message, allowed: listed(fitting), fix }];
      }),
    ),
};

/** Why a bucket's lists cannot lie in one of the site's. */
function unfit({ buckets }: ResolvedAwsSite, { id }: ResolvedAwsBucket, into: string): string | undefined {
  const place = buckets.find((one) => one.id === into);
  if (!place) return "this site has no such bucket";
  if (into === id) return "lists of a bucket's objects would be listed in the next one";
  if (place.purpose === "library") return "this is a library, where datasets lie and whose readers are theirs";
  if (place.purpose === "scratch") return "what is in scratch expires by store";
  return place.existing ? "the bucket exists, and its policy is not changed to let S3 write there" : undefined;
}
