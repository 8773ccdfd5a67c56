import { awsRoleArn } from "../aws-names";
import { bucketsGranted, isReader, rolesReading } from "../resolve/grants";
import type { Rule, RuleFinding } from "./rule";
import { awsSites } from "./walk";

/** Characters that AWS takes in a role's own policies, less what a hub's role says of its own site. */
const mostOfRole = 10_240 - 2_240;

/** Characters that S3 takes in a bucket's policy, less what it says of others. */
const mostOfBucket = 20_480 - 1_480;

/** Quotes, comma, and of a bucket's id what stands before its name and after. */
const around = 20;

export const grantsFit: Rule = {
  id: "grants-fit",
  reason: "Who reads what stands in policies by name, and AWS takes policies up to a size only.",
  check: (federation) => [
    ...federation.sites.filter(isReader).flatMap((site) =>
      site.hubs.flatMap((hub): RuleFinding[] => {
        const granted = bucketsGranted(federation, site, hub);
        // To list and to read, and twice more for a key.
        const size = granted.reduce((sum, { bucket }) => {
          return sum + (bucket.ownKey ? 4 : 2) * (bucket.name.length + around);
        }, 0);
        if (size <= mostOfRole) return [];
        const message = `its role would name ${granted.length} buckets of other sites, more than a role's policies hold`;
        const fix = "have those sites keep data of one audience in one bucket, or make some public";
        return [{ site: site.id, path: ["hubs", hub.id], atKey: true, message, fix }];
      }),
    ),
    ...awsSites(federation).flatMap((site) =>
      site.buckets.flatMap((bucket): RuleFinding[] => {
        const others = rolesReading(federation, site, bucket).filter(({ account }) => account !== site.account);
        const size = others.reduce((sum, { account, name }) => sum + awsRoleArn(account, name).length + 3, 0);
        if (size <= mostOfBucket) return [];
        const message = `its policy would name ${others.length} hubs of other accounts, more than a bucket's policy holds`;
        const fix = "name fewer sites in the access of its datasets, or make it public";
        return [{ site: site.id, path: ["lake", "buckets", bucket.id], atKey: true, message, fix }];
      }),
    ),
  ],
};
